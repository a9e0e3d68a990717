import type { Score } from '@splitrun/client'
import { useId } from 'react'

interface ScoreFieldProps {
  readonly name: string
  readonly score: Score
  /** As text; empty for nothing said. */
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Asks for one score, by what the task declares of it. */
export function ScoreField({ name, score, value, onChange }: ScoreFieldProps) {
  const id = useId()
  if (score.type === 'number') {
    const { min, max, good } = score
    return (
      <div className="row">
        <label htmlFor={id}>{name}</label>
        <input
          id={id}
          type="number"
          step="any"
          {...{ min, max, value }}
          onChange={({ target }) => onChange(target.value)}
        />
        <span className="quiet">
          from {min} to {max}; {good === 'high' ? 'more' : 'less'} is better
        </span>
      </div>
    )
  }
  const options: readonly (readonly [string, string])[] =
    score.type === 'boolean'
      ? [
          ['true', 'yes'],
          ['false', 'no'],
        ]
      : score.options.map((option) => [option, option] as const)
  return (
    <fieldset className="row">
      <legend>{name}</legend>
      {[...options, ['', 'nothing'] as const].map(([option, words]) => (
        <label key={option}>
          <input type="radio" name={id} checked={value === option} onChange={() => onChange(option)} />{' '}
          {words}
        </label>
      ))}
    </fieldset>
  )
}
