import { type FieldOperation, FieldReader } from './field-operations.ts'
import type { LiveEvent } from './follow-run.ts'
import { continuesCharacter, type Position } from './position.ts'

/** What one is told who watches a run field by field: operations on the object instead of pieces of its text. */
export type FieldEvent =
  | Exclude<LiveEvent, { type: 'delta' }>
  | { readonly type: 'field'; readonly at: Position; readonly operation: FieldOperation }

/** Where the text has to be read from, to be told of fields from a position on: its beginning. */
export const beginningOf = (from: Position | null): Position | null => from && { ...from, offset: 0 }

/**
 * Turns the events of a run into operations.
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
      if (event.type === 'reset') {
        fields = new FieldReader()
        known = 0
        epoch = event.at.epoch
      }
      yield event
    }
  }
}
