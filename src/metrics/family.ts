import { type Metric, Registry } from 'prom-client'
import type { Totals } from '../totals/rollup-store.ts'

export type Labels = Readonly<Record<string, string>>

/** One line of a family: `name` where it is not the family's own, as for a histogram's buckets. */
export interface Series {
  readonly labels: Labels
  readonly value: number
  readonly metricName?: string
}

/** All series of one name. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly values: readonly Series[]
}

class ByLabels<T> {
  readonly #series = new Map<string, { labels: Labels; held: T }>()

  at(labels: Labels, fresh: () => T): T {
    const key = Object.values(labels).join('\0')
    const known = this.#series.get(key)
    if (known) return known.held
    const held = fresh()
    this.#series.set(key, { labels, held })
    return held
  }

  entries(): { labels: Labels; held: T }[] {
    return [...this.#series.values()]
  }
}

/** Adds up numbers by their labels, whose names and order must be the same for all. */
export class LabelledSums {
  readonly #name: string
  readonly #help: string
  readonly #type: 'counter' | 'gauge'
  readonly #series = new ByLabels<{ value: number }>()

  constructor(name: string, help: string, type: 'counter' | 'gauge' = 'counter') {
    this.#name = name
    this.#help = help
    this.#type = type
  }

  add(labels: Labels, by: number): void {
    this.#series.at(labels, () => ({ value: 0 })).value += by
  }

  /** @param unit what one of the numbers is in the unit of the family */
  family(unit = 1): Family {
    const values = this.#series.entries().map(({ labels, held }) => ({ labels, value: held.value * unit }))
    return { name: this.#name, help: this.#help, type: this.#type, values }
  }
}

/** Adds up histograms by their labels. Its counts are not cumulative, as rollups hold them; its series are. */
export class Histograms {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #series = new ByLabels<{ counts: number[]; sum: number }>()

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name
    this.#help = help
    this.#bounds = bounds
  }

  /** Adds the buckets `<counts>:<bucket>` of a rollup, and the sum of what they count; nothing where they are empty. */
  add(labels: Labels, totals: Totals, counts: string, sum: number): void {
    const added = [...this.#bounds, null].map((_, at) => totals.get(`${counts}:${at}`) ?? 0)
    if (added.every((count) => count === 0)) return
    const held = this.#series.at(labels, () => ({ counts: added.map(() => 0), sum: 0 }))
    held.sum += sum
    for (const [at, count] of added.entries()) held.counts[at] = (held.counts[at] ?? 0) + count
  }

  /** @param unit what one of the sums is in the unit of the bounds; counts are counts */
  family(unit = 1): Family {
    const values = this.#series.entries().flatMap(({ labels, held }) => {
      let count = 0
      const buckets = held.counts.map((each, at) => {
        count += each
        const le = at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf'
        return { labels: { ...labels, le }, value: count, metricName: `${this.#name}_bucket` }
      })
      return [
        ...buckets,
        { labels, value: held.sum * unit, metricName: `${this.#name}_sum` },
        { labels, value: count, metricName: `${this.#name}_count` },
      ]
    })
    return { name: this.#name, help: this.#help, type: 'histogram', values }
  }
}

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** A family in the text format. */
export async function exposeFamily(family: Family): Promise<string> {
  const registry = new Registry()
  // A registry asks a metric for no more than this; its types know only metrics that count by themselves.
  registry.registerMetric({ name: family.name, get: async () => family } as unknown as Metric)
  return registry.metrics()
}
