import type { Interval } from './statistics/interval.ts'
import type { Compared, Undecided } from './verdict.ts'

/** What is said of a revision that has more, or less, of a metric. */
const WORDS: Record<string, readonly [more: string, less: string]> = {
  failed: ['fails more often', 'fails less often'],
  invalid: ['gives invalid answers more often', 'gives invalid answers less often'],
  cancelled: ['is cancelled more often', 'is cancelled less often'],
  latency: ['is slower', 'is faster'],
  cost: ['costs more', 'costs less'],
  tokens: ['uses more tokens', 'uses fewer tokens'],
}

const DOUBTS: Record<Exclude<Undecided, 'runs'>, string> = {
  sample_ratio: 'the runs were not split as the weights say, so no number here can be trusted',
  too_few_keys: 'too few keys have sent runs',
}

/**
 * The verdict in a sentence: "B fails more often: +1.2 points (0.3 to 2.2)."
 * @param name what the revision is called
 * @param isRatio whether the difference is one of ratios: "1.2 times (1.1 to 1.3)"
 */
export function sentenceOf(name: string, compared: Compared, isRatio: boolean): string {
  const { metric, difference, differenceInterval, verdict, why } = compared
  if (why && why !== 'runs') return `Undecided: ${DOUBTS[why]}.`
  if (difference === null) return `Undecided: no runs of ${name} to compare yet.`
  const figures = isRatio
    ? ratioText(difference, differenceInterval)
    : pointsText(difference, differenceInterval)
  if (verdict === 'no_difference')
    return `${name} differs by no more than matters in ${metric.name}: ${figures}.`
  if (verdict === 'undecided') return `Undecided in ${metric.name}: ${figures}.`
  const hasMore = (verdict === 'better') === (metric.good === 'high')
  const [more, less] = WORDS[metric.name] ?? [
    `scores higher in ${metric.name}`,
    `scores lower in ${metric.name}`,
  ]
  return `${name} ${hasMore ? more : less}: ${figures}.`
}

const pointsText = (difference: number, [low, high]: Interval): string =>
  `${difference > 0 ? '+' : ''}${points(difference)} points (${points(low)} to ${points(high)})`

const points = (value: number): string => {
  const text = (value * 100).toFixed(1)
  return text === '-0.0' ? '0.0' : text
}

const ratioText = (ratio: number, [low, high]: Interval): string =>
  `${ratio.toFixed(2)} times (${low.toFixed(2)} to ${high.toFixed(2)})`
