import { beginningOf, type FieldEvent, followFields } from '../../runs/live/follow-fields.ts'
import { type FollowRunDeps, followRun, type LiveEvent } from '../../runs/live/follow-run.ts'
import { END_ID, type Position, positionToId } from '../../runs/live/position.ts'
import { presentRun } from '../../runs/present-run.ts'
import type { RunRecord } from '../../runs/run.ts'
import type { StreamedEvent } from './event-stream.ts'

/** How the deltas of a run are told: as the text that they are, or as operations on the object that it becomes. */
export type DeltaForm = 'text' | 'fields'

/** Follows a run as the events of section 9 of the contract, which `frameOf` makes of what is told. */
export function runEvents(
  deps: FollowRunDeps,
  record: RunRecord,
  {
    from,
    form,
    unheardBefore,
  }: { from: Position | null; form: DeltaForm; unheardBefore?: number | undefined },
  signal: AbortSignal,
): AsyncIterable<LiveEvent | FieldEvent> {
  if (form === 'text') return followRun(deps, record, from, signal, unheardBefore)
  return followFields(followRun(deps, record, beginningOf(from), signal, unheardBefore), from)
}

export function frameOf(event: LiveEvent | FieldEvent): StreamedEvent {
  switch (event.type) {
    case 'status': {
      const { type: _, ...data } = event
      return { event: 'run.status', data }
    }
    case 'delta': {
      const { at, attempt, offset, text } = event
      return { event: 'output.delta', id: positionToId(at), data: { attempt, offset, text } }
    }
    case 'field':
      return { event: 'output.delta', id: positionToId(event.at), data: event.operation }
    case 'reset': {
      const { at, attempt, reason } = event
      return { event: 'output.reset', id: positionToId(at), data: { attempt, reason } }
    }
    case 'end':
      return { event: `run.${event.record.status}`, id: END_ID, data: presentRun(event.record) }
    case 'trouble':
      return { comment: 'the store cannot be reached now' }
  }
}
