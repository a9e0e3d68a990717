import { PER_OCTAVE, SECONDS } from '../../totals/histogram.ts'
import { meanOf, type Scale } from './stratum.ts'

/** Buckets of values that are compared by ratio: evenly many for each factor of 2. */
export interface Buckets {
  readonly count: number
  readonly perOctave: number
  /** The value in the middle of a bucket, or between two. */
  readonly valueAt: (index: number) => number
}

/** Those of `SECONDS`, whose bounds are factors of 2 apart, and what is above all of them. */
export const LATENCY: Buckets = {
  count: SECONDS.length + 1,
  perOctave: 1,
  valueAt: (index) => (SECONDS.at(-1) ?? 0) * 2 ** (index - SECONDS.length + 0.5),
}

/** Those of `octaveBucket`. */
export const octaveBuckets = (count: number): Buckets => ({
  count,
  perOctave: PER_OCTAVE,
  valueAt: (index) => (index < 0.5 ? 0 : 2 ** ((index - 0.5) / PER_OCTAVE)),
})

/** Something happened in a run, or not. Centres for what is rare, and for what is common. */
export const RATE: Scale = { levels: [0, 1], centres: [0.02, 0.1, 0.5], octaves: null }

/** The window around what is typical: a factor of 32 to either side; what is beyond counts as its edge. */
const WINDOW_OCTAVES = 10
/** So many runs of the past say what is typical. */
const LEAST_PAST = 100

/**
 * The scale of a metric that is compared by ratio. Where the baseline has runs from before the candidate's first one,
 * the scale is a window around their mean: what was seen before bets are made may shape them. Bets then need a third of
 * the runs that they need on the whole range, of which most is never used. Without a past it is the whole range, with
 * several centres.
 * @param past runs of the baseline by bucket, all from before the first stratum
 */
export function ratioScale(buckets: Buckets, past: ArrayLike<number> = []): Scale {
  const { count, perOctave, valueAt } = buckets
  const indexes = Array.from({ length: count }, (_, index) => index)
  const { n, mean } = meanOf(past, indexes)
  if (n < LEAST_PAST || mean === null) {
    const most = count - 1
    const levels = indexes.map((index) => index / most)
    const centres = [0.2, 0.35, 0.5, 0.65, 0.8]
    return { levels, centres, octaves: most / perOctave, toValue: (level) => valueAt(level * most) }
  }
  const width = WINDOW_OCTAVES * perOctave
  const levels = indexes.map((index) => Math.min(1, Math.max(0, 0.5 + (index - mean) / width)))
  const toValue = (level: number) => valueAt(mean + (level - 0.5) * width)
  return { levels, centres: [0.5], octaves: WINDOW_OCTAVES, toValue }
}

/** The scale of feedback with so many evenly spaced levels. */
export function scoreScale(levels: number): Scale {
  return {
    levels: Array.from({ length: levels }, (_, level) => level / (levels - 1)),
    centres: [0.02, 0.1, 0.5, 0.9, 0.98],
    octaves: null,
  }
}

/** The ratio that a difference of levels stands for: `2 ^ (octaves difference)`. */
export const ratioOf = (octaves: number, difference: number): number => 2 ** (octaves * difference)

/** The difference of levels that stands for a ratio. */
export const differenceFor = (octaves: number, ratio: number): number => Math.log2(ratio) / octaves
