import type { SlotTable } from './slot-table.ts'

/** A table made ready to look slots up in it. */
export interface SlotIndex {
  /** The revision that has a slot; null when the table is empty. */
  revisionAt(slot: number): string | null
}

/** Made once for each table, and small: a number for each segment, found by bisection. */
export function indexSlots(table: SlotTable): SlotIndex {
  const segments = Object.entries(table).flatMap(([id, stack]) =>
    stack.map(([first, last]) => ({ id, low: Math.min(first, last) })),
  )
  segments.sort((a, b) => a.low - b.low)
  const lows = Uint16Array.from(segments, ({ low }) => low)
  const ids = segments.map(({ id }) => id)
  return {
    revisionAt(slot) {
      let from = 0
      let to = lows.length - 1
      while (from < to) {
        const middle = (from + to + 1) >> 1
        if ((lows[middle] as number) <= slot) from = middle
        else to = middle - 1
      }
      return ids[from] ?? null
    },
  }
}
