import type { ApiError } from '../../../platform/errors.ts'
import type { RunRecord } from '../../../runs/run.ts'
import type { StreamedEvent } from '../../events/event-stream.ts'
import { failureOf } from '../../send-run.ts'
import { completionIdOf, seconds } from '../objects/door-ids.ts'
import { presentCompletion } from '../objects/present-completion.ts'
import { openAiErrorOf } from '../openai-error.ts'
import type { AnswerEvent } from './follow-answer.ts'

/**
 * A run as the chunks of a chat completion.
 * @param options.includeUsage whether the chunk before the last line says what it cost
 * @param options.isBegun whether the head of the response is out; as long as it is not, a failure is thrown, and has a status
 * @throws {ApiError} that of the run
 */
export async function* completionChunks(
  { request }: RunRecord,
  answers: AsyncIterable<AnswerEvent>,
  { includeUsage, isBegun }: { includeUsage: boolean; isBegun: () => boolean },
): AsyncGenerator<StreamedEvent, void> {
  const chunk = (model: string, choices: readonly object[], usage: object | null = null): StreamedEvent => ({
    data: {
      ...{ id: completionIdOf(request.id), object: 'chat.completion.chunk' },
      ...{ created: seconds(request.created), model, choices },
      ...(includeUsage ? { usage } : {}),
    },
  })
  const choice = (delta: object, ending: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: ending },
  ]
  const task = `task/${request.task}`
  let hasRole = false
  /** The role comes with the first word. */
  const withRole = (delta: object): object => {
    const first = hasRole ? {} : { role: 'assistant', content: '', refusal: null }
    hasRole = true
    return { ...first, ...delta }
  }

  for await (const answer of answers) {
    if (answer.type === 'trouble') yield { comment: 'the store cannot be reached now' }
    if (answer.type === 'text') yield chunk(task, choice(withRole({ content: answer.text })))
    if (answer.type === 'broken') {
      yield failed(answer.error, isBegun())
      return
    }
    if (answer.type !== 'end') continue
    const { record, outcome } = answer
    if (!outcome) {
      yield failed(failureOf(record), isBegun())
      return
    }
    const { model, usage } = presentCompletion(record, outcome)
    const { refusal, ending } = outcome
    if (refusal !== null) yield chunk(model, choice(withRole({ content: null, refusal })))
    yield chunk(model, choice(withRole({}), ending))
    if (includeUsage) yield chunk(model, [], usage)
    yield { data: '[DONE]' }
  }
}

function failed(error: ApiError, isBegun: boolean): StreamedEvent {
  if (!isBegun) throw error
  return { data: { error: openAiErrorOf(error) } }
}
