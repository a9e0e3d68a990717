import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that a seed repeats: the same seed rolls the same numbers, in the same order. */
export interface Dice {
  /** At least `low`, below `high`. */
  between(low: number, high: number): number
  /** One of them, by weight. */
  pick<T extends { readonly weight: number }>(choices: readonly T[]): T
  /** The same things in another order. */
  shuffle<T>(things: readonly T[]): T[]
}

export function diceFrom(seed: string): Dice {
  // Hashed: the generator's first numbers are alike for seeds that are.
  const generator = xoroshiro128plus(createHash('sha256').update(seed).digest().readInt32LE())
  const roll = (): number => uniformFloat64(generator)
  return {
    between: (low, high) => low + roll() * (high - low),
    pick(choices) {
      let left = roll() * choices.reduce((sum, { weight }) => sum + weight, 0)
      for (const choice of choices) {
        left -= choice.weight
        if (left < 0) return choice
      }
      throw new Error('nothing to pick from')
    },
    shuffle(things) {
      const keyed = things.map((thing) => ({ thing, key: roll() }))
      return keyed.sort((one, other) => one.key - other.key).map(({ thing }) => thing)
    },
  }
}
