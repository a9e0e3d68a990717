import type { Interval } from './statistics/interval.ts'
import type { Compared, Metric } from './verdict.ts'

/** What is said of a revision, beside the baseline. */
interface Words {
  readonly more: string
  readonly less: string
  readonly either: string
  readonly alike: string
}

const often = (does: string): Words => ({
  more: `${does} more often`,
  less: `${does} less often`,
  either: `${does} more or less often`,
  alike: `${does} about as often as A`,
})

const WORDS: Record<string, Words> = {
  failed: often('fails'),
  invalid: often('gives invalid answers'),
  cancelled: often('is cancelled'),
  latency: {
    more: 'is slower',
    less: 'is faster',
    either: 'is slower or faster',
    alike: 'takes about as long as A',
  },
  cost: {
    more: 'costs more',
    less: 'costs less',
    either: 'costs more or less',
    alike: 'costs about as much as A',
  },
  tokens: {
    more: 'uses more tokens',
    less: 'uses fewer tokens',
    either: 'uses more or fewer tokens',
    alike: 'uses about as many tokens as A',
  },
}

/** Of a number what is higher; of other scores what is better, whichever of their values that is. */
function wordsOf({ name, levels = 0 }: Metric): Words {
  const [more, less] = levels > 2 ? ['higher', 'lower'] : ['better', 'worse']
  return (
    WORDS[name] ?? {
      more: `scores ${more} in ${name}`,
      less: `scores ${less} in ${name}`,
      either: `scores ${more} or ${less} in ${name}`,
      alike: `scores about as well as A in ${name}`,
    }
  )
}

/**
 * The verdict in a sentence: "B fails more often: +1.2 points (0.3 to 2.2)."
 * @param name what the revision is called; the baseline is A
 * @param isRatio whether the difference is one of ratios: "1.2 times (1.1 to 1.3)"
 * @param runsAreSplit false after an alarm about all runs; otherwise it is only feedback that a doubt about the split is of
 */
export function sentenceOf(
  name: string,
  compared: Compared,
  isRatio: boolean,
  runsAreSplit: boolean,
): string {
  const { metric, difference, differenceInterval, verdict, why } = compared
  const isScore = metric.levels !== undefined
  if (why === 'sample_ratio') {
    return runsAreSplit
      ? `Undecided: feedback does not come of the revisions as the weights say, so ${metric.name} cannot be trusted.`
      : 'Undecided: the runs were not split as the weights say, so no number here can be trusted.'
  }
  if (why === 'too_few_keys') {
    return `Undecided: too few keys have ${isScore ? 'given feedback' : 'sent runs'}.`
  }
  if (difference === null) return `Undecided: there are no runs of both A and ${name} to compare yet.`
  const figures = isRatio
    ? ratioText(difference, differenceInterval)
    : pointsText(difference, differenceInterval)
  const words = wordsOf(metric)
  if (verdict === 'no_difference') return `${name} ${words.alike}: ${figures}.`
  if (verdict === 'undecided') return `Undecided whether ${name} ${words.either}: ${figures}.`
  const hasMore = (verdict === 'better') === (metric.good === 'high')
  return `${name} ${hasMore ? words.more : words.less}: ${figures}.`
}

const MOST_DIGITS = 6

/** As many digits as tell an interval on one side of "no difference" from that; at least so many. */
function digitsFor(ends: Interval, none: number, least: number): number {
  const nearest = ends.toSorted((a, b) => Math.abs(a - none) - Math.abs(b - none))[0] ?? none
  let digits = least
  const isDecided = ends.every((end) => end > none) || ends.every((end) => end < none)
  while (isDecided && digits < MOST_DIGITS && Number(nearest.toFixed(digits)) === none) digits += 1
  return digits
}

function pointsText(difference: number, [low, high]: Interval): string {
  const digits = digitsFor([low * 100, high * 100], 0, 1)
  const points = (value: number): string => {
    const text = (value * 100).toFixed(digits)
    return Number(text) === 0 ? (0).toFixed(digits) : text
  }
  return `${difference > 0 ? '+' : ''}${points(difference)} points (${points(low)} to ${points(high)})`
}

function ratioText(ratio: number, ends: Interval): string {
  const digits = digitsFor(ends, 1, 2)
  const [low, high] = ends
  return `${ratio.toFixed(digits)} times (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}
