import { useId } from 'react'
import { TypedNumber } from '../../parts/typed-number.tsx'
import type { Traffic } from './traffic.ts'

interface TrafficChoiceProps {
  readonly traffic: Traffic
  readonly onChange: (traffic: Traffic) => void
}

const KINDS = {
  none: 'Nobody yet: it is kept, and can be tried',
  share: 'A share of the traffic',
  all: 'All of the traffic',
  test: 'Nobody, ever: it is a test',
} as const

export function TrafficChoice({ traffic, onChange }: TrafficChoiceProps) {
  const share = useId()
  return (
    <fieldset>
      <legend>Who gets the new revision?</legend>
      {(['none', 'share', 'all', 'test'] as const).map((kind) => (
        <label key={kind} className="row">
          <input
            type="radio"
            name="traffic"
            checked={traffic.kind === kind}
            onChange={() => onChange({ ...traffic, kind })}
          />
          {KINDS[kind]}
        </label>
      ))}
      {traffic.kind === 'share' && (
        <div className="row">
          <label htmlFor={share}>Percent of the runs</label>
          <TypedNumber
            id={share}
            min={0}
            max={100}
            value={traffic.percent}
            onChange={(percent) => onChange({ ...traffic, percent })}
          />
        </div>
      )}
    </fieldset>
  )
}
