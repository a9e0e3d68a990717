import type { ComparedMetric, ComparedRevision, TaskRecord } from '@splitrun/client'
import { DataTable } from '../../parts/data-table.tsx'
import { count, percent } from '../../parts/figures.ts'
import { differenceText, metricName, metricText } from '../../parts/metric-words.ts'
import { revisionName } from '../../parts/use-tasks.ts'
import { IntervalDrawing } from './interval-drawing.tsx'

interface ComparedRevisionProps {
  readonly task: TaskRecord
  readonly revision: ComparedRevision
  /** Id of the one that it is compared with. */
  readonly baseline: string
  readonly primary: string
}

const VERDICTS = {
  better: ['✓', 'better'],
  worse: ['✗', 'worse'],
  no_difference: ['=', 'no difference that matters'],
  undecided: ['…', 'undecided'],
} as const

const WHY = {
  sample_ratio: 'the runs were not split as the weights say',
  too_few_keys: 'too few keys have sent runs',
  runs: 'more runs are needed',
} as const

/** A revision beside the baseline, by every metric; the primary one first. */
export function ComparedRevisionView({ task, revision, baseline, primary }: ComparedRevisionProps) {
  const { name, task_revision_id: id, runs, share, metrics } = revision
  const rows = Object.entries(metrics)
    .map(([metric, found]) => ({ metric, found }))
    .sort((a, b) => Number(b.metric === primary) - Number(a.metric === primary))
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {name} is {revisionName(task, id)}, A is {revisionName(task, baseline)}
      </h2>
      <p className="quiet">
        {count(runs)} runs of {name} count; it has {percent(share)} of the traffic.
      </p>
      <DataTable
        rows={rows}
        keyOf={({ metric }) => metric}
        columns={[
          { head: 'Metric', cell: ({ metric }) => metricName(metric) },
          { head: 'Verdict', cell: ({ found }) => <VerdictMark found={found} /> },
          { head: 'Runs', isNumber: true, cell: ({ found }) => count(found.n) },
          {
            head: `${name} has`,
            isNumber: true,
            cell: ({ metric, found }) => (found.estimate === null ? '—' : metricText(metric, found.estimate)),
          },
          { head: 'Beside A', isNumber: true, cell: ({ found }) => <Difference found={found} /> },
          { head: 'Interval', cell: ({ found }) => <IntervalDrawing {...found} /> },
        ]}
      />
    </section>
  )
}

function VerdictMark({ found: { verdict, why } }: { found: ComparedMetric }) {
  const [sign, words] = VERDICTS[verdict]
  return (
    <span className="verdict-mark" data-verdict={verdict}>
      <span aria-hidden="true">{sign}</span> {words}
      {why && <small className="quiet">: {WHY[why]}</small>}
    </span>
  )
}

function Difference({
  found: { difference, difference_interval: interval, unit },
}: {
  found: ComparedMetric
}) {
  if (difference === null) return '—'
  const [low, high] = interval.map((bound) => differenceText(unit, bound))
  const sign = unit === 'points' && difference > 0 ? '+' : ''
  return (
    <>
      {sign}
      {differenceText(unit, difference)} {unit === 'ratio' ? 'times' : 'points'}{' '}
      <small>
        ({low} to {high})
      </small>
    </>
  )
}
