import { betsFor, gainOf, type Side } from '../../src/decisions/statistics/bets.ts'
import type { Scale } from '../../src/decisions/statistics/stratum.ts'

const NOTHING = 1e-250

/**
 * The bets of `evidence`, run by run: what one more run multiplies each of them by is looked up in a table that the code
 * of the server filled. `gambler.test.ts` holds it against `evidence` on the same counts.
 */
export class Gambler {
  readonly #side: Side
  readonly #delta: number
  readonly #scale: Scale
  readonly #bets: ReturnType<typeof betsFor>
  readonly #wealth: Float64Array
  readonly #gains = new Map<number, Float64Array>()
  #table: Float64Array

  constructor(side: Side, delta: number, scale: Scale, firstShare: number) {
    this.#side = side
    this.#delta = delta
    this.#scale = scale
    this.#bets = betsFor(side, firstShare, delta, scale)
    this.#wealth = new Float64Array(this.#bets.length).fill(1)
    this.#table = this.#tableFor(firstShare)
  }

  /** Back to the beginning. */
  reset(share: number): void {
    this.#wealth.fill(1)
    this.beginStratum(share)
  }

  /** From now on the candidate is drawn with this share. */
  beginStratum(share: number): void {
    this.#table = this.#tableFor(share)
  }

  /** Adds a run, and returns the evidence: the mean wealth. */
  add(label: 0 | 1, level: number): number {
    const wealth = this.#wealth
    const count = wealth.length
    const table = this.#table
    const from = (label * this.#scale.levels.length + level) * count
    let sum = 0
    for (let bet = 0; bet < count; bet += 1) {
      const after = (wealth[bet] as number) * (table[from + bet] as number)
      // Numbers too small to be normal cost a hundred times as much, and never count again.
      wealth[bet] = after < NOTHING ? 0 : after
      sum += after
    }
    return sum / count
  }

  #tableFor(share: number): Float64Array {
    const known = this.#gains.get(share)
    if (known) return known
    const rows = ([0, 1] as const).flatMap((label) =>
      this.#scale.levels.map((y) =>
        this.#bets.map((bet) => gainOf(this.#side, share, this.#delta, bet, label, y)),
      ),
    )
    const table = Float64Array.from(rows.flat())
    this.#gains.set(share, table)
    return table
  }
}
