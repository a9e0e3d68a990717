import type { Scale } from '../../src/decisions/statistics/stratum.ts'
import { type Distribution, levelDrawer, randomNumbers } from './draws.ts'
import { Gambler } from './gambler.ts'

export const ALPHA = 0.05

export interface Duel {
  readonly scale: Scale
  readonly baseline: Distribution
  readonly candidate: Distribution
  readonly share: number
  /** The difference that is tested, on both sides. */
  readonly delta: number
  /** So many runs at most. */
  readonly runs: number
}

/**
 * For each repetition the number of runs after which the tested difference was rejected, looking after every run;
 * infinite where it never was.
 */
export function crossings(duel: Duel, repetitions: number, seed: number): number[] {
  const { scale, share, delta, runs } = duel
  const random = randomNumbers(seed)
  const baseline = levelDrawer(duel.baseline)
  const candidate = levelDrawer(duel.candidate)
  const above = new Gambler('above', delta, scale, share)
  const below = new Gambler('below', delta, scale, share)
  const found: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    above.reset(share)
    below.reset(share)
    let at = Number.POSITIVE_INFINITY
    for (let run = 1; run <= runs; run += 1) {
      const label = random() < share ? 1 : 0
      const level = label === 1 ? candidate(random()) : baseline(random())
      if (above.add(label, level) >= 2 / ALPHA || below.add(label, level) >= 2 / ALPHA) {
        at = run
        break
      }
    }
    found.push(at)
  }
  return found
}

/** The mean level of a distribution. */
export const meanLevel = (distribution: Distribution, levels: readonly number[]): number =>
  distribution.reduce((sum, each, level) => sum + each * (levels[level] ?? 0), 0)
