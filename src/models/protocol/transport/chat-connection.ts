import OpenAI from 'openai'
import type { Dispatcher } from 'undici'
import { withoutStack } from '../../../platform/without-stack.ts'
import { ModelError } from '../../model.ts'
import type { ModelServer } from '../../model-server.ts'
import type { ModelApi } from '../model-api.ts'
import { headerOf } from './decode-body.ts'
import { openDispatcher } from './open-dispatcher.ts'
import { BrokenStream } from './read-event-stream.ts'
import { type ReadResponse, readBytes, readPlainJson, readResponse, STREAM_FACTOR } from './read-response.ts'
import { requestHead } from './request-head.ts'
import { requestWhole } from './request-whole.ts'
import { ServerFailure } from './server-failure.ts'

/** The connections to one server, kept alive and shared by all calls to it. */
export interface ChatConnection {
  /**
   * Sends one request, once, and resolves to the JSON of its completion, whatever its shape, and whether it came at once
   * or as a stream; of an API whose answers are no JSON, to their bytes. Connecting and reading count towards the server's time-out. No redirect is followed. A connection that
   * the server has closed is replaced while nothing of the request is written; from then on nobody can know whether it
   * was read, so it is not sent again here.
   * @param body JSON
   * @param headers beside those that every request has
   * @param onHead gets the headers of the response, where there is one
   * @param onText for requests that ask for a stream: gets the text of the answer as it comes
   * @throws {ServerFailure} for a status that is no success
   * @throws {OpenAI.APIConnectionError} when there is no connection, or no time left
   * @throws {ModelError} for a response that no retry would make better
   * @throws {SyntaxError} when a success is no JSON
   * @throws {BrokenStream} with one of these, where a part of the answer had come as a stream
   */
  send(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    onText?: (delta: string) => void,
    onHead?: (header: (name: string) => string | null) => void,
  ): Promise<unknown>
  /** Ends what is under way. */
  close(): Promise<void>
}

/**
 * The exchange is undici's, without the client of the openai package, whose retries and headers that tell of this machine
 * are not wanted here, and which took half of a run's CPU (docs/decisions/tricks.md).
 * @param maxBytes longest response
 * @param api what is asked; default: chat completions
 */
export function openChatConnection(
  server: ModelServer,
  maxBytes: number,
  api: Pick<ModelApi, 'path' | 'isBinary'> = { path: '/chat/completions' },
): ChatConnection {
  const { origin, path, headers: common, secrets } = requestHead(server, api.path)
  const whole = openDispatcher(server, maxBytes)
  // A stream is longer than its answer, and a dispatcher knows one limit only.
  let streams: Dispatcher | null = null
  const hide = (words: string) => secrets.reduce((text, secret) => text.replaceAll(secret, '[key]'), words)
  const timeoutMs = Math.max(1, Math.round(server.timeoutMs))

  function readStream(request: Request, signal: AbortSignal, onText: (delta: string) => void) {
    streams ??= openDispatcher(server, maxBytes * STREAM_FACTOR)
    return exchange(streams, request, signal, timeoutMs, (given) => readResponse(given, maxBytes, onText))
  }

  /** @throws {ServerFailure} */
  function completionOf({ statusCode, headers }: Head, read: ReadResponse): unknown {
    if ('completion' in read) return read.completion
    const text = hide(read.failure)
    const header = (name: string) => headerOf({ headers }, name) || null
    throw withoutStack(() => new ServerFailure(statusCode, text || movedTo(headers), header))
  }

  return {
    async send(body, headers, signal, onText, onHead) {
      const request = { origin, path, method: 'POST', headers: { ...common, ...headers }, body } as const
      if (onText) {
        const { response, read } = await readStream(request, signal, onText)
        onHead?.((name) => headerOf(response, name) || null)
        return completionOf(response, read)
      }
      const response = await requestWhole(whole, request, signal, timeoutMs)
      onHead?.((name) => headerOf(response, name) || null)
      const bytes = api.isBinary ? await readBytes(response, maxBytes) : null
      if (bytes) return bytes
      const plain = readPlainJson(response)
      if (plain) return plain
      const read = await readResponse(response, maxBytes, null).catch((cause: unknown) => {
        throw asFailure(cause)
      })
      return completionOf(response, read)
    },
    async close() {
      await Promise.all([whole.destroy(), streams?.destroy()])
    },
  }
}

type Request = Dispatcher.RequestOptions
type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

async function exchange<T>(
  dispatcher: Dispatcher,
  request: Request,
  caller: AbortSignal,
  timeoutMs: number,
  readBody: (response: Dispatcher.ResponseData) => Promise<T>,
): Promise<{ response: Dispatcher.ResponseData; read: T }> {
  // `AbortSignal.any` with `AbortSignal.timeout` would say the same, and cost as much again as the exchange.
  const either = new AbortController()
  const abort = () => either.abort(caller.reason)
  if (caller.aborted) abort()
  caller.addEventListener('abort', abort, { once: true })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    either.abort()
  }, timeoutMs)
  try {
    const response = await dispatcher.request({ ...request, signal: either.signal })
    return { response, read: await readBody(response) }
  } catch (cause) {
    throw asFailure(cause, isLate ? new OpenAI.APIConnectionTimeoutError() : undefined)
  } finally {
    clearTimeout(timer)
    caller.removeEventListener('abort', abort)
  }
}

/**
 * What is wrong with what came, or that the connection failed.
 * @param known what failed, where that is not told by `cause`
 */
function asFailure(cause: unknown, known?: Error): Error {
  if (cause instanceof BrokenStream) return new BrokenStream(asFailure(cause.failure, known), cause.body)
  if (known) return known
  if (cause instanceof SyntaxError || cause instanceof ModelError) return cause
  return cause instanceof OpenAI.APIError ? cause : new OpenAI.APIConnectionError({ cause: cause as Error })
}

/** A redirect is not followed: whoever configured the server is told where it leads. */
function movedTo(headers: Head['headers']): string {
  const place = [headers['location'] ?? ''].flat()[0]
  return place ? `it has moved to ${place}` : ''
}
