import { AddOne } from '../../parts/add-one.tsx'
import { isRatio, metricName, metricsOf } from '../../parts/revisions/metric-words.ts'
import type { GuardDraft } from './rollout-draft.ts'

interface GuardFieldsProps {
  /** What the task declares. */
  readonly scores: Readonly<Record<string, unknown>>
  readonly guards: readonly GuardDraft[]
  readonly onChange: (guards: readonly GuardDraft[]) => void
}

/** Bounds on what a rollout may cost, one for a metric. */
export function GuardFields({ scores, guards, onChange }: GuardFieldsProps) {
  const left = metricsOf(scores).filter((metric) => !guards.some((guard) => guard.metric === metric))
  return (
    <fieldset className="stack">
      <legend>Guards: the most that it may cost</legend>
      {guards.map(({ metric, bound }) => (
        <div key={metric} className="rollout-guard">
          <label>
            {metricName(metric)}{' '}
            <input
              className="rollout-number"
              inputMode="decimal"
              value={bound}
              onChange={({ target }) =>
                onChange(
                  guards.map((guard) => (guard.metric === metric ? { metric, bound: target.value } : guard)),
                )
              }
            />
          </label>{' '}
          {isRatio(metric) ? 'times as much' : 'points worse'}
          {guards.length > 1 && (
            <button
              type="button"
              aria-label={`Take the guard on ${metricName(metric)} away`}
              onClick={() => onChange(guards.filter((guard) => guard.metric !== metric))}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <AddOne
        what="a guard"
        options={left.map((metric) => ({ id: metric, words: metricName(metric) }))}
        onAdd={(metric) => onChange([...guards, { metric, bound: isRatio(metric) ? '1.5' : '5' }])}
      />
    </fieldset>
  )
}
