import { shareOf } from '../traffic.ts'
import type { SlotTable } from './slot-table.ts'
import { SLOTS } from './slot-targets.ts'

/** A table made ready to look slots up in it. */
export interface SlotIndex {
  /** The revision that has a slot. */
  revisionAt(slot: number): string
  /** The part of all slots that each revision has: the probability with which it is drawn. */
  readonly shares: ReadonlyMap<string, number>
}

/** The slot of a seed: each with the same probability, and the same for the same seed. */
export const slotOf = (seed: string): number => Math.floor(shareOf(seed) * SLOTS)

/** Made once for each table, and small: a number for each segment, found by bisection. */
export function indexSlots(table: SlotTable): SlotIndex {
  const segments = Object.entries(table).flatMap(([id, stack]) =>
    stack.map(([first, last]) => ({ id, low: Math.min(first, last), high: Math.max(first, last) })),
  )
  segments.sort((a, b) => a.low - b.low)
  const lows = Uint16Array.from(segments, ({ low }) => low)
  const shares = new Map<string, number>()
  for (const { id, low, high } of segments) shares.set(id, (shares.get(id) ?? 0) + (high - low + 1) / SLOTS)
  return {
    shares,
    revisionAt(slot) {
      let from = 0
      let to = lows.length - 1
      while (from < to) {
        const middle = (from + to + 1) >> 1
        if ((lows[middle] as number) <= slot) from = middle
        else to = middle - 1
      }
      return segments[from]?.id ?? ''
    },
  }
}
