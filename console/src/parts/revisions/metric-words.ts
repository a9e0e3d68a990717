import { count, credits, duration, percent } from '../figures.ts'

const NAMES: Readonly<Record<string, string>> = {
  failed: 'Failures',
  invalid: 'Invalid answers',
  cancelled: 'Cancelled runs',
  latency: 'Time',
  cost: 'Credits',
  tokens: 'Tokens',
}
const SCORE = 'score:'

/** What a metric of comparisons and guards is called. */
export const metricName = (metric: string): string =>
  metric.startsWith(SCORE) ? `Score ${metric.slice(SCORE.length)}` : (NAMES[metric] ?? metric)

/** All metrics of a task that declares these scores. */
export const metricsOf = (scores: Readonly<Record<string, unknown>>): readonly string[] => [
  ...Object.keys(NAMES),
  ...Object.keys(scores).map((name) => SCORE + name),
]

const RATIOS: ReadonlySet<string> = new Set(['latency', 'cost', 'tokens'])

/** Whether two revisions are compared by how many times as much the one has, and not by the difference. */
export const isRatio = (metric: string): boolean => RATIOS.has(metric)

/** What a revision has of a metric, for a person. */
export function metricText(metric: string, value: number): string {
  if (metric === 'latency') return duration(value * 1000)
  if (metric === 'cost') return credits(value.toFixed(6))
  return metric === 'tokens' ? count(value) : percent(value)
}

const POINTS = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TIMES = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A difference in the unit of its metric, without the unit's name: `1.2`, of points or times. */
export const differenceText = (unit: 'points' | 'ratio', value: number): string =>
  unit === 'ratio' ? TIMES.format(value) : POINTS.format(Math.abs(value) < 0.0005 ? 0 : value * 100)
