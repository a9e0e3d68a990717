import type { ApiError } from '../../../platform/errors.ts'
import type { RunRecord } from '../../../runs/run.ts'
import type { StreamedEvent } from '../../events/event-stream.ts'
import { messageIdOf } from '../objects/door-ids.ts'
import type { OpenAiResponse } from '../objects/present-response.ts'
import type { Outcome } from '../objects/run-outcome.ts'
import { openAiErrorOf } from '../openai-error.ts'
import { type AnswerEvent, replaced } from './follow-answer.ts'
import * as numbers from './sequence.ts'

/**
 * A run as the events of a response.
 * @param record as it is when the stream begins
 * @param after the number of the last event that the client has seen; null: none
 */
export async function* responseEvents(
  record: RunRecord,
  answers: AsyncIterable<AnswerEvent>,
  present: (record: RunRecord) => OpenAiResponse,
  after: number | null,
): AsyncGenerator<StreamedEvent, void> {
  const begun = beginningOf(present(record))
  const at = { item_id: messageIdOf(record.request.id), output_index: 0, content_index: 0 }
  /** The number of the last event of the whole stream so far. */
  let latest = -1
  const ahead: [number, string, object][] = [
    [numbers.IN_PROGRESS, 'response.in_progress', { response: { ...begun, status: 'in_progress' } }],
    [numbers.ITEM_ADDED, 'response.output_item.added', { output_index: 0, item: itemBegun(at.item_id) }],
  ]

  /** The event, unless it was seen. */
  function* tell(number: number, type: string, members: object): Generator<StreamedEvent> {
    latest = Math.max(latest, number)
    if (after === null || number > after) {
      yield { event: type, data: { type, sequence_number: number, ...members } }
    }
  }
  /** What comes before an event of this number, as far as it was not told yet. */
  function* lead(number: number): Generator<StreamedEvent> {
    while (ahead[0] && ahead[0][0] < number) yield* tell(...(ahead.shift() as [number, string, object]))
  }
  const opened = (part: object): void => {
    const event = { ...at, part }
    if (latest < numbers.PART_ADDED) ahead.push([numbers.PART_ADDED, 'response.content_part.added', event])
  }

  yield* tell(numbers.CREATED, 'response.created', { response: begun })
  for await (const answer of answers) {
    switch (answer.type) {
      case 'trouble':
        yield { comment: 'the store cannot be reached now' }
        break
      case 'running':
        yield* lead(numbers.ITEM_ADDED)
        break
      case 'text': {
        const { text, offset, generation } = answer
        if (numbers.isOfAnother(generation, after)) {
          yield errorEvent(replaced(record.request.id), Math.max(latest, after ?? 0))
          return
        }
        opened(partOf({ text: '', refusal: null }))
        const number = numbers.numberOfText(generation, offset + Buffer.byteLength(text))
        yield* lead(number)
        const delta = numbers.unseenOf(text, generation, offset, after)
        if (delta !== '') yield* tell(number, 'response.output_text.delta', { ...at, delta, logprobs: [] })
        latest = number
        break
      }
      case 'end': {
        const { outcome, generation } = answer
        const response = present(answer.record)
        if (!outcome) {
          yield* lead(numbers.ITEM_ADDED)
          yield* tell(numbers.FAILED, 'response.failed', { response: withError(response) })
          return
        }
        if (numbers.isOfAnother(generation, after)) {
          yield errorEvent(replaced(record.request.id), after ?? 0)
          return
        }
        const { text, refusal } = outcome
        opened(partOf({ text: '', refusal: refusal && '' }))
        yield* lead(numbers.numberOfText(generation, 1))
        if (refusal !== null) {
          const number = numbers.numberOfText(generation, Buffer.byteLength(refusal))
          yield* tell(number, 'response.refusal.delta', { ...at, delta: refusal })
        }
        const end = (step: 0 | 1 | 2 | 3, type: string, members: object) =>
          tell(numbers.numberOfEnd(generation, step), type, members)
        yield* refusal === null
          ? end(0, 'response.output_text.done', { ...at, text: text ?? '', logprobs: [] })
          : end(0, 'response.refusal.done', { ...at, refusal })
        yield* end(1, 'response.content_part.done', { ...at, part: partOf(outcome) })
        yield* end(2, 'response.output_item.done', { output_index: 0, item: response.output[0] })
        yield* end(3, `response.${response.status}`, { response })
        return
      }
      case 'broken':
        // Its number is that of what was seen last: who goes on behind it misses nothing.
        yield errorEvent(answer.error, Math.max(latest, after ?? 0))
        return
    }
  }
}

/** A response of which nothing is known yet but that it was accepted. */
const beginningOf = (response: OpenAiResponse): OpenAiResponse => ({
  ...response,
  ...{ status: response.status === 'queued' ? 'queued' : 'in_progress', completed_at: null },
  ...{ error: null, incomplete_details: null, output: [], usage: null },
})

const itemBegun = (id: string) => ({
  ...{ id, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
})

const partOf = ({ text, refusal }: Pick<Outcome, 'text' | 'refusal'>) =>
  refusal === null
    ? { type: 'output_text', text: text ?? '', annotations: [], logprobs: [] }
    : { type: 'refusal', refusal }

/** Clients read the error of a failed response without looking whether there is one: a cancelled run has none. */
const withError = (response: OpenAiResponse): OpenAiResponse => ({
  ...response,
  error: response.error ?? {
    ...{ code: 'server_error', message: 'The run was cancelled.', reason: 'RUN_CANCELLED' },
  },
})

/** Some clients look for the error itself, some for the same beside the type. */
function errorEvent(error: ApiError, number: number): StreamedEvent {
  const body = openAiErrorOf(error)
  const { code, message, param } = body
  return {
    event: 'error',
    data: { type: 'error', sequence_number: number, code, message, param, error: body },
  }
}
