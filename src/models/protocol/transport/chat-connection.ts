import type { Dispatcher } from 'undici'
import { withoutStack } from '../../../platform/without-stack.ts'
import type { ModelServer } from '../../model-server.ts'
import type { ModelApi } from '../model-api.ts'
import { asFailure } from './as-failure.ts'
import { headerOf } from './decode-body.ts'
import { openDispatcher } from './open-dispatcher.ts'
import { type ReadResponse, readBytes, readPlainJson, readResponse, STREAM_FACTOR } from './read-response.ts'
import { requestHead } from './request-head.ts'
import { type Hearing, requestStream } from './request-stream.ts'
import { requestWhole } from './request-whole.ts'
import { createRestingSockets } from './resting-sockets.ts'
import { ServerFailure } from './server-failure.ts'

/** How the text of an answer is heard as it comes: see `ModelRequest`. */
export type Heard = Pick<Hearing, 'onText' | 'paceMs'>

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
   * @param heard for requests that ask for a stream
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
    heard?: Heard,
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
  const resting = createRestingSockets()
  const hide = (words: string) => secrets.reduce((text, secret) => text.replaceAll(secret, '[key]'), words)
  const timeoutMs = Math.max(1, Math.round(server.timeoutMs))

  function readStream(request: Dispatcher.DispatchOptions, signal: AbortSignal, heard: Heard) {
    streams ??= openDispatcher(server, maxBytes * STREAM_FACTOR, 'streams')
    return requestStream(streams, request, signal, timeoutMs, { maxBytes, ...heard }, resting)
  }

  /** @throws {ServerFailure} */
  function completionOf({ statusCode, headers }: Head, read: ReadResponse): unknown {
    if ('completion' in read) return read.completion
    const text = hide(read.failure)
    const header = (name: string) => headerOf({ headers }, name) || null
    throw withoutStack(() => new ServerFailure(statusCode, text || movedTo(headers), header))
  }

  return {
    async send(body, headers, signal, heard, onHead) {
      const request = { origin, path, method: 'POST', headers: { ...common, ...headers }, body } as const
      if (heard) {
        const { response, read } = await readStream(request, signal, heard)
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

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

/** A redirect is not followed: whoever configured the server is told where it leads. */
function movedTo(headers: Head['headers']): string {
  const place = [headers['location'] ?? ''].flat()[0]
  return place ? `it has moved to ${place}` : ''
}
