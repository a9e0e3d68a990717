import type { RunRecord } from '../run.ts'
import type { FieldOperation } from './field-operation.ts'
import { FieldReader } from './field-operations.ts'
import type { LiveEvent } from './follow-run.ts'
import { continuesCharacter, type Position } from './position.ts'
import { epochOf } from './reset-reason.ts'
import { ToldMembers } from './told-members.ts'

/** What one is told who watches a run field by field: operations on the object instead of pieces of its text. */
export type FieldEvent =
  | Exclude<LiveEvent, { type: 'delta' }>
  | { readonly type: 'field'; readonly at: Position; readonly operation: FieldOperation }

/** Offsets behind all of a text: of readers that are told of the response's members, by their numbers, which follow it. */
const BEHIND_ALL = 900_000_000_000_000

/** Where the text has to be read from, to be told of fields from a position on: its beginning. */
export const beginningOf = (from: Position | null): Position | null =>
  from && from.offset < BEHIND_ALL ? { ...from, offset: 0 } : from

/**
 * Turns the events of a run into operations. Before the end of a run that succeeded, each member of its response that was not
 * told as it is there is set: so all operations since the last reset come to the response, also where its text is no
 * longer kept, was repaired, or did not come as a stream.
 * @param events of the run, from `beginningOf(from)` on
 * @param from what the reader has seen: it is read, and not told again
 */
export async function* followFields(
  events: AsyncIterable<LiveEvent>,
  from: Position | null,
): AsyncGenerator<FieldEvent, void> {
  let fields = new FieldReader()
  let epoch = from?.epoch ?? null
  let known = from?.offset ?? 0
  for await (const event of events) {
    if (event.type === 'delta') {
      if (event.at.epoch !== epoch) known = 0
      epoch = event.at.epoch
      const bytes = Buffer.from(event.text)
      // Read up to where the reader is, so that an operation does not span what it has seen and what it has not.
      let seen = Math.min(Math.max(0, known - event.offset), bytes.length)
      // No event ends within a character, whatever an id says.
      while (continuesCharacter(bytes[seen])) seen += 1
      fields.add(bytes.toString('utf8', 0, seen))
      for (const { operation, end } of fields.add(bytes.toString('utf8', seen))) {
        yield { type: 'field', operation, at: { epoch, offset: end } }
      }
    } else {
      if (event.type === 'end') yield* lastOperations(event.record, fields.told, known - BEHIND_ALL)
      if (event.type === 'reset') {
        fields = new FieldReader()
        known = 0
        epoch = event.at.epoch
      }
      yield event
    }
  }
}

/**
 * A reader that breaks off among these and comes again is told of all members that follow, and nothing of the text: so it
 * gets on, however little each of its connections brings.
 * @param seen the number of the latest that the reader was told of like this; negative: none
 */
function* lastOperations(
  { status, result, attempts }: RunRecord,
  told: ToldMembers,
  seen: number,
): Generator<FieldEvent> {
  const response = result?.response
  const last = attempts.at(-1)
  if (status !== 'succeeded' || !last || !isObject(response)) return
  const epoch = epochOf(last)
  let missing = told.missingOf(response)
  let from = seen
  if (told.hasOtherThan(response)) {
    // No operation takes a member away.
    yield { type: 'reset', at: { epoch, offset: 0 }, attempt: last.number, reason: 'repair' }
    missing = new ToldMembers().missingOf(response)
    from = -1
  }
  for (const { operation, number } of missing) {
    if (number > from) yield { type: 'field', operation, at: { epoch, offset: BEHIND_ALL + number } }
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
