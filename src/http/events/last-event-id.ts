import { ValidationError } from '../../platform/errors.ts'
import { END_ID, idToPosition, type Position } from '../../runs/live/position.ts'

/** The last event that a client has seen: one of a text, the last of all (`end`), or none (null). */
export type Seen = Position | 'end' | null

/**
 * Reads what a client says that it has seen.
 * @param id '' or undefined: nothing
 * @throws {ValidationError} for what is no id of an event
 */
export function readLastEventId(id: string | undefined): Seen {
  if (!id) return null
  if (id === END_ID) return 'end'
  const position = idToPosition(id)
  if (position) return position
  throw ValidationError.at(['header', 'last-event-id'], 'is no id of an event of a run', 'format_error')
}
