import { isoDay } from '../platform/date-span.ts'
import type { DayTotals, Totals } from './rollup-store.ts'

/** The sum of totals over several days. */
export class RunSum {
  readonly #totals = new Map<string, number>()
  readonly #runsByDay = new Map<string, number>()

  add({ day, totals }: Pick<DayTotals, 'day' | 'totals'>): void {
    for (const [field, by] of totals) this.#totals.set(field, this.of(field) + by)
    const name = isoDay(day)
    this.#runsByDay.set(name, (this.#runsByDay.get(name) ?? 0) + runsIn(totals))
  }

  /** The sum of one field of rollups. */
  of(field: string): number {
    return this.#totals.get(field) ?? 0
  }

  runs(): number {
    return runsIn(this.#totals)
  }

  /** Number of runs by day (`2026-11-24`), in order; days without a run are left out. */
  runsByDay(): Record<string, number> {
    return Object.fromEntries([...this.#runsByDay].filter(([, runs]) => runs > 0).sort())
  }

  /** The sums of the fields that begin with `prefix:`, by the rest of the field, in order. */
  group(prefix: string): Record<string, number> {
    const found = [...this.#totals].filter(([field]) => field.startsWith(`${prefix}:`)).sort()
    return Object.fromEntries(found.map(([field, sum]) => [field.slice(prefix.length + 1), sum]))
  }
}

function runsIn(totals: Totals): number {
  let runs = 0
  for (const [field, sum] of totals) if (field.startsWith('runs:')) runs += sum
  return runs
}
