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

/**
 * The place of a run without a key: by its id. Mixed, because ids are not evenly spread: they begin with the time. Nobody
 * chooses the id of a run, so a cryptographic hash, and the buffer that it needs, would be for nothing.
 */
export function placeOfRun(id: string): Place {
  return { slot: Math.floor((mixed(id) / 2 ** 32) * SLOTS), bucket: null }
}

/** 32 bits that each character of a text changes: FNV-1a, and what MurmurHash3 ends with, which spreads its upper bits. */
function mixed(text: string): number {
  let bits = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
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
