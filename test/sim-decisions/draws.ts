import { bucketOf, SECONDS } from '../../src/totals/histogram.ts'

/**
 * Random numbers from 0 to 1, below 1: xoshiro128**, seeded by splitmix32. Of our own, since most of the time of a
 * simulation is spent here, and a call of a library's generator costs several times as much.
 */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [mix(), mix(), mix(), mix()]
  return () => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result / 2 ** 32
  }
}

/** The probability of each level of a metric. */
export type Distribution = readonly number[]

/** Fails with the probability p: levels 0 and 1. */
export const rate = (p: number): Distribution => [1 - p, p]

/** The probability of each bucket of `SECONDS`, and of what is above all of them. */
function inBuckets(below: (seconds: number) => number): Distribution {
  const all = [...SECONDS.map(below), 1]
  return all.map((each, at) => each - (at === 0 ? 0 : (all[at - 1] ?? 0)))
}

/** Seconds with this median, whose logarithm is normal. */
export const lognormal = (median: number, sigma: number): Distribution =>
  inBuckets((seconds) => normalBelow(Math.log(seconds / median) / sigma))

/** Seconds that are `least` at least, and above x with the probability (least / x) ^ shape. */
export const pareto = (least: number, shape: number): Distribution =>
  inBuckets((seconds) => (seconds < least ? 0 : 1 - (least / seconds) ** shape))

/** Instead of its value, a run takes `seconds` with the probability `part`. */
export function withTimeouts(distribution: Distribution, part: number, seconds: number): Distribution {
  const bucket = bucketOf(SECONDS, seconds)
  return distribution.map((each, at) => each * (1 - part) + (at === bucket ? part : 0))
}

/** The normal distribution, by the series of Abramowitz & Stegun 26.2.11; good to 1e-12 within 8 deviations. */
function normalBelow(z: number): number {
  if (z < -8) return 0
  if (z > 8) return 1
  let sum = z
  let term = z
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

/** Draws levels of a distribution by one random number each. */
export function levelDrawer(distribution: Distribution): (random: number) => number {
  let sum = 0
  const upTo = Float64Array.from(distribution, (each) => {
    sum += each
    return sum
  })
  const last = distribution.length - 1
  return (random) => {
    let level = 0
    while (level < last && random >= (upTo[level] as number)) level += 1
    return level
  }
}
