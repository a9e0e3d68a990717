import type { ComparedRevision, ComparedShadow, TaskRecord } from '@splitrun/client'
import { count, percent } from '../../parts/figures.ts'
import { revisionName } from '../../parts/use-tasks.ts'
import { MetricTable } from './metric-table.tsx'
import { droppedText } from './shadow-words.ts'

interface ComparedProps<Compared> {
  readonly task: TaskRecord
  readonly revision: Compared
  /** Id of the one that it is compared with. */
  readonly baseline: string
  readonly primary: string
}

/** A revision with traffic beside the baseline, by every metric. */
export function ComparedRevisionView({ task, revision, baseline, primary }: ComparedProps<ComparedRevision>) {
  const { name, task_revision_id: id, runs, share, metrics } = revision
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {name} is {revisionName(task, id)}, A is {revisionName(task, baseline)}
      </h2>
      <p className="quiet">
        {count(runs)} runs of {name} count; it has {percent(share)} of the traffic.
      </p>
      <MetricTable name={name} metrics={metrics} primary={primary} />
    </section>
  )
}

/** A shadow beside runs of the baseline, which had the same inputs. */
export function ComparedShadowView({ task, revision, baseline, primary }: ComparedProps<ComparedShadow>) {
  const { name, task_revision_id: id, pairs, dropped, metrics } = revision
  const title = `${id}-shadow`
  return (
    <section className="section" aria-labelledby={title}>
      <h2 id={title}>
        {name} as a shadow is {revisionName(task, id)}, A is {revisionName(task, baseline)}
      </h2>
      <p className="quiet">
        {count(pairs)} {pairs === 1 ? 'pair' : 'pairs'} of runs with the same inputs; the time is that of
        their models. {droppedText(dropped)}
      </p>
      <MetricTable name={name} metrics={metrics} primary={primary} />
    </section>
  )
}
