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
        <label className="row">
          Percent of the runs
          <input
            type="number"
            min={1}
            max={99}
            value={traffic.percent}
            onChange={({ target }) => onChange({ ...traffic, percent: target.valueAsNumber || 0 })}
          />
        </label>
      )}
    </fieldset>
  )
}
