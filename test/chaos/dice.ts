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

export function diceFrom(seed: number): Dice {
  const generator = xoroshiro128plus(seed)
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
