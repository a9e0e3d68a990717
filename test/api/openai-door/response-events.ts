import type OpenAI from 'openai'
import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { openAiClient } from '../../support/openai-client.ts'
import type { System } from '../../support/system.ts'

/** The number of the last event of a run that failed. */
export const LAST = 2 ** 31 - 1

export const promptOf = (id: string) => ({ prompt: { id, variables: { text: 'tea' } } })

export const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
export const textOf = (events: readonly ResponseStreamEvent[]): string =>
  events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('')

export type Events = AsyncIterator<ResponseStreamEvent>
export async function upTo(events: Events, type: string): Promise<ResponseStreamEvent[]> {
  const seen: ResponseStreamEvent[] = []
  for (let next = await events.next(); !next.done; next = await events.next()) {
    seen.push(next.value)
    if (next.value.type === type) break
  }
  return seen
}
export const rest = (events: Events) => upTo(events, 'none')
export const iterate = (stream: AsyncIterable<ResponseStreamEvent>): Events => stream[Symbol.asyncIterator]()
export const idOf = (seen: readonly ResponseStreamEvent[]): string =>
  seen[0]?.type === 'response.created' ? seen[0].response.id : ''

/** Streams of the tasks of a suite, whose model is one of `speakModels`. */
export function streamsOf(running: () => System) {
  // Not by the contract's proxy, which passes an answer on when it is whole.
  const client = (): OpenAI => openAiClient(running(), { baseURL: `${running().url}/v1` })
  const textTask = (fields: object = {}) =>
    running().createTask({ output_modality: 'text', llm_model_id: 'spoken', ...fields })
  const jsonTask = (fields: object = {}) => running().createTask({ llm_model_id: 'spoken', ...fields })
  const start = (task: string, more: object = {}, options: object = {}) =>
    client().responses.create({ ...promptOf(task), ...more, stream: true as const }, options)
  return { client, textTask, jsonTask, start }
}
