import { Lane } from './lane.ts'

/** A lane that nobody used for so long is forgotten, in ms. */
const IDLE_MS = 60_000

/** The lanes of one process, by their names; see `laneOf`. */
export class Lanes {
  readonly #now: () => number
  readonly #known = new Map<string, { readonly lane: Lane; used: number }>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  of(name: string): Lane {
    const known = this.#known.get(name) ?? { lane: new Lane(this.#now), used: 0 }
    known.used = this.#now()
    this.#known.set(name, known)
    return known.lane
  }

  /** Null where it is not known. */
  find(name: string): Lane | null {
    return this.#known.get(name)?.lane ?? null
  }

  /** Those that are known, and their names. */
  *known(): Generator<readonly [name: string, lane: Lane]> {
    for (const [name, { lane }] of this.#known) yield [name, lane]
  }

  forgetIdle(): void {
    for (const [name, { lane, used }] of this.#known) {
      if (used + IDLE_MS < this.#now() && !lane.mustWait()) this.#known.delete(name)
    }
  }

  /** How many runs of each lane that is known may be claimed; Infinity for any number. */
  places(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    for (const [name, { lane }] of this.#known) {
      found.set(name, lane.isFree() ? Number.POSITIVE_INFINITY : lane.places())
    }
    return found
  }
}
