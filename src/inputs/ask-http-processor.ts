import { type Dispatcher, request } from 'undici'
import { readJson } from '../platform/json/read-json.ts'
import { readBounded } from './fetch/read-bounded.ts'
import type { HttpProcessor } from './processor-catalogue.ts'
import { ProcessorFailure } from './processor-failure.ts'

/** What a processor of the administrator's is sent, as JSON. */
export interface HttpProcessorRequest {
  readonly processor: string
  readonly param_name: string
  readonly value: unknown
  readonly inputs: Readonly<Record<string, unknown>>
  readonly config: Readonly<Record<string, unknown>>
  readonly project_id: string
  readonly task_id: string
  readonly run_id: string
}

/**
 * Asks a processor: a POST whose answer is `{"result": ...}`, or a text. Its URL is the administrator's, so any address may
 * be asked; redirects are not followed.
 * @throws {ProcessorFailure}; the reason of `signal`
 */
export async function askHttpProcessor(
  { url, headers, timeoutMs }: HttpProcessor,
  sent: HttpProcessorRequest,
  options: { readonly dispatcher: Dispatcher; readonly bytesMax: number },
  signal: AbortSignal,
): Promise<unknown> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: options.dispatcher,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/plain', ...headers },
      body: JSON.stringify(sent),
      signal: AbortSignal.any([signal, late]),
    })
    const bytes = await readBounded(answer.body, options.bytesMax)
    const status = answer.statusCode
    if (status !== 200) {
      throw new ProcessorFailure(`it answers with ${status}`, status >= 500 || status === 429)
    }
    const isJson = /\bjson\b/i.test(String(answer.headers['content-type'] ?? ''))
    return isJson ? readResult(bytes.toString()) : bytes.toString()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ProcessorFailure) throw error
    if (late.aborted) throw new ProcessorFailure('it takes too long', true, error)
    throw new ProcessorFailure('it cannot be reached', true, error)
  }
}

function readResult(text: string): unknown {
  let answer: unknown
  try {
    answer = readJson(text)
  } catch (cause) {
    throw new ProcessorFailure('its answer is no JSON', false, cause)
  }
  const isObject = typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'result')
  if (!isObject) throw new ProcessorFailure('its answer has no `result`', false)
  return (answer as { result: unknown }).result
}
