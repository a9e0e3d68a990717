import { evidence } from '../../src/decisions/statistics/evidence.ts'
import { RATE } from '../../src/decisions/statistics/scales.ts'
import { type Bucket, stickyBets } from '../../src/decisions/statistics/sticky.ts'
import type { Scale, Stratum } from '../../src/decisions/statistics/stratum.ts'
import { ALPHA } from './crossing.ts'
import { randomNumbers } from './draws.ts'
import { type Extent, type Figure, mostOf, percent } from './figure.ts'
import { Gambler } from './gambler.ts'

const LOOKS = 20_000
const BUCKETS = 256
/** Buckets are summed up at every look, so sticky traffic is looked at after so many runs. */
const STICKY_LOOKS = 100

/** Identical revisions under what breaks simpler rules: drift while weights change, and few keys that differ much. */
export function hardTraffic({ repetitions, seed }: Extent): Figure[] {
  const drifting = driftingRamp(repetitions, seed + 300)
  const figures = [
    figureOf('failures drift from 1 to 20 % while the share goes 1, 5, 25, 50 %', drifting, repetitions),
  ]
  for (const [at, keys] of [3000, 300].entries()) {
    for (const share of [0.5, 0.1]) {
      const { corrected, naive } = stickyKeys(keys, share, repetitions, seed + 310 + at)
      const what = `sticky, ${keys} keys, share ${percent(share)} (run by run: ${percent(naive / repetitions)})`
      figures.push(figureOf(what, corrected, repetitions))
    }
  }
  return figures
}

const figureOf = (what: string, wrong: number, repetitions: number): Figure => ({
  table: 'false verdicts under hard traffic',
  what,
  designed: 'at most 5 %',
  measured: percent(wrong / repetitions),
  holds: wrong <= mostOf(ALPHA, repetitions),
})

function driftingRamp(repetitions: number, seed: number): number {
  const random = randomNumbers(seed)
  const shares = [0.01, 0.05, 0.25, 0.5]
  const above = new Gambler('above', 0, RATE, 0.01)
  const below = new Gambler('below', 0, RATE, 0.01)
  let wrong = 0
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    above.reset(0.01)
    below.reset(0.01)
    for (let run = 0; run < LOOKS; run += 1) {
      const share = shares[Math.floor((run / LOOKS) * shares.length)] as number
      if (run % (LOOKS / shares.length) === 0) {
        above.beginStratum(share)
        below.beginStratum(share)
      }
      const label = random() < share ? 1 : 0
      const level = random() < 0.01 + (0.19 * run) / LOOKS ? 1 : 0
      if (above.add(label, level) >= 2 / ALPHA || below.add(label, level) >= 2 / ALPHA) {
        wrong += 1
        break
      }
    }
  }
  return wrong
}

interface MutableBucket extends Bucket {
  n: number
  sum: number
}

/** A tenth of the keys fails in 30 % of its runs, the others in 2 %. How busy keys are is about lognormal, sigma 1. */
function stickyKeys(
  keys: number,
  share: number,
  repetitions: number,
  seed: number,
): { corrected: number; naive: number } {
  const random = randomNumbers(seed)
  const wrong = { corrected: 0, naive: 0 }
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const activity = Float64Array.from({ length: keys }, () =>
      Math.exp(2 * (random() + random() + random() - 1.5)),
    )
    for (let key = 1; key < keys; key += 1)
      activity[key] = (activity[key] as number) + (activity[key - 1] as number)
    const labels = Uint8Array.from({ length: keys }, () => (random() < share ? 1 : 0))
    const buckets = Uint8Array.from({ length: keys }, () => random() * BUCKETS)
    const rates = Float64Array.from({ length: keys }, () => (random() < 0.1 ? 0.3 : 0.02))
    const bucketsOf = [0, 1].map(() =>
      Array.from({ length: BUCKETS }, (): MutableBucket => ({ n: 0, sum: 0 })),
    )
    const counts = [
      [0, 0],
      [0, 0],
    ]
    const seen = { corrected: false, naive: false }
    for (let run = 1; run <= LOOKS; run += 1) {
      const key = search(activity, random() * (activity[keys - 1] as number))
      const label = labels[key] as number
      const failed = random() < (rates[key] as number) ? 1 : 0
      const bucket = bucketsOf[label]?.[buckets[key] as number] as MutableBucket
      bucket.n += 1
      bucket.sum += failed
      const counted = counts[label] as number[]
      counted[failed] = (counted[failed] as number) + 1
      if (run % STICKY_LOOKS !== 0) continue
      const [baseline = [], candidate = []] = bucketsOf
      const stratum: Stratum = { share, baseline: counts[0] ?? [], candidate: counts[1] ?? [] }
      const isWrong = (scale: Scale, inflation: number) =>
        (['above', 'below'] as const).some(
          (side) => evidence(side, 0, scale, [stratum], inflation) >= Math.log(2 / ALPHA),
        )
      if (!seen.naive) seen.naive = isWrong(RATE, 1)
      const pooled = [0, 1].map((level) => (counts[0]?.[level] ?? 0) + (counts[1]?.[level] ?? 0))
      const bets = stickyBets(RATE, baseline, candidate, pooled, ALPHA)
      if (bets !== null) seen.corrected = isWrong(bets.scale, bets.inflation)
      if (seen.corrected) break
    }
    if (seen.corrected) wrong.corrected += 1
    if (seen.naive) wrong.naive += 1
  }
  return wrong
}

/** The first index whose sum is above `value`. */
function search(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) > value) high = middle
    else low = middle + 1
  }
  return low
}
