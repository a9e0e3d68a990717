import type { ComparedMetric, PairedMetric } from '@splitrun/client'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { count } from '../../parts/figures.ts'
import { differenceText, metricName, metricText } from '../../parts/revisions/metric-words.ts'
import { IntervalDrawing } from './interval-drawing.tsx'

type Metric = PairedMetric & Partial<Pick<ComparedMetric, 'estimate'>>
interface Row {
  readonly metric: string
  readonly found: Metric
}

interface MetricTableProps {
  /** What the sentence calls the revision. */
  readonly name: string
  readonly metrics: Readonly<Record<string, Metric>>
  /** Stands first. */
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

/** What is known of a revision beside the baseline, by metric. */
export function MetricTable({ name, metrics, primary }: MetricTableProps) {
  const rows: readonly Row[] = Object.entries(metrics)
    .map(([metric, found]) => ({ metric, found }))
    .sort((a, b) => Number(b.metric === primary) - Number(a.metric === primary))
  const estimate: Column<Row> = {
    head: `${name} has`,
    isNumber: true,
    cell: ({ metric, found }) => (found.estimate == null ? '—' : metricText(metric, found.estimate)),
  }
  return (
    <DataTable
      rows={rows}
      keyOf={({ metric }) => metric}
      columns={[
        { head: 'Metric', cell: ({ metric }) => metricName(metric) },
        { head: 'Verdict', cell: ({ found }) => <VerdictMark found={found} /> },
        { head: 'Runs', isNumber: true, cell: ({ found }) => count(found.n) },
        ...(rows.some(({ found }) => found.estimate !== undefined) ? [estimate] : []),
        { head: 'Beside A', isNumber: true, cell: ({ found }) => <Difference found={found} /> },
        { head: 'Interval', cell: ({ found }) => <IntervalDrawing {...found} /> },
      ]}
    />
  )
}

function VerdictMark({ found: { verdict, why } }: { found: Metric }) {
  const [sign, words] = VERDICTS[verdict]
  return (
    <span className="verdict-mark" data-verdict={verdict}>
      <span aria-hidden="true">{sign}</span> {words}
      {why && <small className="quiet">: {WHY[why]}</small>}
    </span>
  )
}

function Difference({ found: { difference, difference_interval: interval, unit } }: { found: Metric }) {
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
