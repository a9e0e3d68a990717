import { hash } from 'node:crypto'
import { indexSlots, type SlotIndex } from './find-slot.ts'
import type { SlotTable } from './slot-table.ts'
import { SLOTS } from './slot-targets.ts'
import type { Split } from './split.ts'

/** Where a run stands in the table of slots. */
export interface Place {
  /** From 0 to 16,383, each with the same probability. */
  readonly slot: number
  /** One of 256, by the caller's key; null without a key. */
  readonly bucket: number | null
}

/** Tables are cached with their tasks; what was made of one is found as long as it is. */
const indexes = new WeakMap<SlotTable, SlotIndex>()

/** The place of a run without a key: by its id. Hashed, because ids are not evenly spread: they begin with the time. */
export function placeOfRun(id: string): Place {
  return { slot: slotIn(hash('sha256', id, 'buffer')), bucket: null }
}

/** The place of all runs of a task with this key. */
export function placeOfKey(task: string, { salt }: Pick<Split, 'salt'>, key: string): Place {
  const digest = hash('sha256', `${task}/${salt}/${key}`, 'buffer')
  return { slot: slotIn(digest), bucket: digest.readUInt8(6) }
}

/** By the first 48 bits of a hash. */
const slotIn = (digest: Buffer): number => Math.floor((digest.readUIntBE(0, 6) / 2 ** 48) * SLOTS)

/** The revision that has a slot; null when no revision has a weight. */
export function drawRevision({ table }: Pick<Split, 'table'>, slot: number): string | null {
  let index = indexes.get(table)
  if (!index) {
    index = indexSlots(table)
    indexes.set(table, index)
  }
  return index.revisionAt(slot)
}
