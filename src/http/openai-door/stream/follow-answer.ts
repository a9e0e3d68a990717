import { ApiError } from '../../../platform/errors.ts'
import { followEnd } from '../../../runs/live/follow-end.ts'
import { type FollowRunDeps, followRun } from '../../../runs/live/follow-run.ts'
import type { RunRecord } from '../../../runs/run.ts'
import { type Outcome, outcomeOf } from '../objects/run-outcome.ts'
import { unfinished } from '../start-door-run.ts'
import { generationOf, LAST_GENERATION } from './sequence.ts'
import { ShownAnswer } from './shown-answer.ts'

/**
 * What a client of OpenAI's is told of a run, whose protocol cannot take back what was shown. `broken`: the last that can be told;
 * the run itself may go on. `offset`: in bytes.
 */
export type AnswerEvent =
  | { readonly type: 'running' }
  | {
      readonly type: 'text'
      readonly text: string
      readonly offset: number
      readonly generation: number
    }
  | {
      readonly type: 'end'
      readonly record: RunRecord
      /** Null for a run that has no answer. */
      readonly outcome: Outcome | null
      readonly generation: number
    }
  | { readonly type: 'broken'; readonly error: ApiError }
  | { readonly type: 'trouble' }

/**
 * Follows a run from its beginning to its end. Its text is shown as it comes, as long as nothing takes it back; when that happens,
 * the last event says so.
 * @param isHeld true where the text is shown only when it is the answer: that of an object may be asked for again after any of it
 */
export async function* followAnswer(
  deps: FollowRunDeps,
  record: RunRecord,
  isHeld: boolean,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void> {
  const { id } = record.request
  const shown = new ShownAnswer()
  let isRunning = false
  /** Of the call whose text was shown. */
  let epoch = ''
  let isRepeated = false
  const events = isHeld ? followEnd(deps, record, signal) : followRun(deps, record, null, signal)
  for await (const event of events) {
    if (event.type === 'trouble') yield event
    else if (event.type === 'status') {
      if (event.status === 'running' && !isRunning) yield { type: 'running' }
      isRunning ||= event.status === 'running'
    } else if (event.type === 'reset') {
      if (shown.size > 0 && event.at.epoch !== epoch) {
        yield { type: 'broken', error: replaced(id) }
        return
      }
      // The same call's text is told once more, and may be another: that is known at the end.
      isRepeated ||= shown.size > 0
    } else if (event.type === 'delta') {
      const generation = generationOf(event.at.epoch)
      if (generation === LAST_GENERATION || isRepeated) continue
      epoch = event.at.epoch
      const { text, offset } = event
      yield { type: 'text', text, offset, generation }
      shown.add(text)
    } else {
      yield* lastEvents(event.record, shown)
      return
    }
  }
  if (!signal.aborted) yield { type: 'broken', error: unfinished(id) }
}

function* lastEvents(record: RunRecord, shown: ShownAnswer): Generator<AnswerEvent> {
  const outcome = outcomeOf(record)
  const last = record.attempts.at(-1)
  const generation = last ? generationOf(`${last.fence}-${last.number}`) : 0
  if (outcome) {
    const text = shown.restOf(outcome.text ?? '')
    if (text === null) {
      yield { type: 'broken', error: replaced(record.request.id) }
      return
    }
    if (text !== '') yield { type: 'text', text, offset: shown.size, generation }
  }
  yield { type: 'end', record, outcome, generation }
}

/** What was shown is not the answer. */
export const replaced = (id: string): ApiError =>
  new ApiError(
    'ANSWER_REPLACED',
    'The answer began anew after a part of another was shown. Ask for the run once more, from the beginning.',
    { run_id: id, retryable: false },
  )
