import { type Metric, Registry } from 'prom-client'
import type { Totals } from '../totals/rollup-store.ts'

export type Labels = Readonly<Record<string, string>>

/** One line of a family. `metricName` where it differs from the family's, as for the buckets of a histogram. */
export interface Series {
  readonly labels: Labels
  readonly value: number
  readonly metricName?: string
}

/** All series of one metric. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly values: readonly Series[]
}

class ByLabels<T> {
  readonly #series = new Map<string, { labels: Labels; entry: T }>()

  at(labels: Labels, create: () => T): T {
    const key = Object.values(labels).join('\0')
    const known = this.#series.get(key)
    if (known) return known.entry
    const entry = create()
    this.#series.set(key, { labels, entry })
    return entry
  }

  entries(): { labels: Labels; entry: T }[] {
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

  /** @param unit size of one of the added numbers in the unit of the family, such as 1e-6 for microseconds in seconds */
  family(unit = 1): Family {
    const values = this.#series.entries().map(({ labels, entry }) => ({ labels, value: entry.value * unit }))
    return { name: this.#name, help: this.#help, type: this.#type, values }
  }
}

/** Adds up histograms by their labels. The counts that are added are not cumulative, as in rollups; the series are. */
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

  /**
   * Adds the buckets `<counts>:<bucket>` of a rollup, and the sum of the values that they count; nothing when all are
   * 0.
   */
  add(labels: Labels, totals: Totals, counts: string, sum: number): void {
    const added = [...this.#bounds, null].map((_, at) => totals.get(`${counts}:${at}`) ?? 0)
    if (added.every((count) => count === 0)) return
    const entry = this.#series.at(labels, () => ({ counts: added.map(() => 0), sum: 0 }))
    entry.sum += sum
    for (const [at, count] of added.entries()) entry.counts[at] = (entry.counts[at] ?? 0) + count
  }

  /** @param unit size of one of the added sums in the unit of the bounds; counts are not scaled */
  family(unit = 1): Family {
    const values = this.#series.entries().flatMap(({ labels, entry }) => {
      let count = 0
      const buckets = entry.counts.map((each, at) => {
        count += each
        const le = at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf'
        return { labels: { ...labels, le }, value: count, metricName: `${this.#name}_bucket` }
      })
      return [
        ...buckets,
        { labels, value: entry.sum * unit, metricName: `${this.#name}_sum` },
        { labels, value: count, metricName: `${this.#name}_count` },
      ]
    })
    return { name: this.#name, help: this.#help, type: 'histogram', values }
  }
}

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** A family in Prometheus' text format. */
export async function exposeFamily(family: Family): Promise<string> {
  const registry = new Registry()
  // A registry only uses these two members of a metric. Its types demand a metric class, which would count by itself.
  registry.registerMetric({ name: family.name, get: async () => family } as unknown as Metric)
  return registry.metrics()
}
