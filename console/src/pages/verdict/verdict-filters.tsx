import type { TaskRecord } from '@splitrun/client'
import { useId } from 'react'
import { metricName, metricsOf } from '../../parts/revisions/metric-words.ts'
import { SettledLine } from '../../parts/settled-line.tsx'
import { revisionName } from '../../parts/use-tasks.ts'

interface VerdictFiltersProps {
  readonly task: TaskRecord
  readonly given: Readonly<Record<'baseline' | 'since' | 'primary', string | undefined>>
  readonly onChange: (changes: Readonly<Record<string, string | undefined>>) => void
}

/** What is compared with what, by which runs, and what matters most. */
export function VerdictFilters({ task, given, onChange }: VerdictFiltersProps) {
  const [baseline, primary, since] = [useId(), useId(), useId()]
  return (
    <search>
      <form className="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <div>
          <label htmlFor={baseline}>Compared with</label>
          <select
            id={baseline}
            className="filter"
            value={given.baseline ?? ''}
            onChange={({ target }) => onChange({ baseline: target.value || undefined })}
          >
            <option value="">the largest share</option>
            {task.revisions
              .filter(({ test }) => !test)
              .map(({ id, annotation }) => (
                <option key={id} value={id}>
                  {revisionName(task, id)} {annotation}
                </option>
              ))}
          </select>
        </div>
        <div>
          <label htmlFor={primary}>What matters most</label>
          <select
            id={primary}
            className="filter"
            value={given.primary ?? 'failed'}
            onChange={({ target }) => onChange({ primary: target.value })}
          >
            {metricsOf(task.scores).map((metric) => (
              <option key={metric} value={metric}>
                {metricName(metric)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={since}>Runs since</label>
          <SettledLine
            id={since}
            className="filter"
            value={given.since ?? ''}
            placeholder="7 days ago"
            onSettle={(text) => onChange({ since: text || undefined })}
          />
        </div>
      </form>
    </search>
  )
}
