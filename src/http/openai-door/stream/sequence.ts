/**
 * The numbers of a response's events. Nothing is stored for them: every event has its number by what it is, whichever process sends
 * it, and however the text came in pieces. So a stream goes on behind any number with neither a gap nor a repetition. Numbers go
 * up, with gaps between them: a piece of the text has the number of its last byte.
 *
 * Each call of a model that could be shown has a range of its own, its generation: so a number of what a call said before it was
 * repeated is no number of the text that is the answer. The largest fits a signed integer of 32 bits, which some clients read.
 */
const SPAN = 2 ** 26
/** What is said by a call of the last generation is shown only when it is the answer: so no two of its texts are ever shown. */
export const LAST_GENERATION = 30

/** Events before the text, the same for all generations. */
export const CREATED = 0
export const IN_PROGRESS = 1
export const ITEM_ADDED = 2
export const PART_ADDED = 3

/** The last event of a response that has no answer. */
export const FAILED = 2 ** 31 - 1

/** The generation of a call, by its epoch (see `LiveHead`): each later one has a later fence, a later attempt, or both. */
export function generationOf(epoch: string): number {
  const [fence = 1, attempt = 1] = epoch.split('-').map(Number)
  return Math.min(Math.max(fence + attempt - 2, 0), LAST_GENERATION)
}

/** The number of a piece of text that ends at this offset, in bytes. */
export const numberOfText = (generation: number, end: number): number => generation * SPAN + PART_ADDED + end

/** The number of an event behind the text: 0 its end, 1 of the part, 2 of the message, 3 of the response. */
export const numberOfEnd = (generation: number, step: 0 | 1 | 2 | 3): number =>
  (generation + 1) * SPAN - 4 + step

/** Whether what a client has seen, up to an event's number, belongs to another text than that of this generation. */
export const isOfAnother = (generation: number, seen: number | null): boolean =>
  seen !== null && seen > PART_ADDED && seen < FAILED && Math.floor(seen / SPAN) !== generation

/** What of a piece of text comes behind an event's number; '' when all of it was seen. */
export function unseenOf(text: string, generation: number, offset: number, seen: number | null): string {
  const known = seen === null ? 0 : seen - numberOfText(generation, offset)
  if (known <= 0) return text
  const bytes = Buffer.from(text)
  let from = known
  // No number lies within a character, but callers may send any.
  while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
  return bytes.subarray(from).toString()
}
