import type OpenAI from 'openai'
import { ownTurn } from '../../platform/event-loop/own-tick.ts'
import type { Completion, ModelClient, ModelRequest, ModelServer } from '../model.ts'
import { toChatRequest } from './chat-request.ts'
import { classifyFailure } from './classify-failure.ts'
import { type LeanFetch, leanFetch } from './lean-fetch.ts'
import { LeanOpenAI } from './lean-openai.ts'
import { readCompletion } from './read-completion.ts'

/** Limits of a model client. */
export interface ModelClientOptions {
  /** Longest answer of a server in bytes, its JSON envelope included; default 2 MB. */
  readonly maxResponseBytes?: number
}

interface Connection {
  readonly openai: OpenAI
  readonly transport: LeanFetch
}

/**
 * A client for every server that speaks the OpenAI chat completions protocol. Connections open with the first
 * call to a server, are kept alive, and are shared by all calls to it. One call is one request: never a
 * retry, and never longer than the server's `timeoutMs`, connecting and reading included.
 */
export function createModelClient(options: ModelClientOptions = {}): ModelClient {
  const { maxResponseBytes = 2_000_000 } = options
  const connections = new Map<string, Connection>()
  let closed = false

  function connectionTo(server: ModelServer): Connection {
    if (closed) throw new Error('the model client is closed')
    const key = `${server.name} ${server.baseUrl}`
    const known = connections.get(key)
    if (known) return known
    const transport = leanFetch(server.baseUrl, maxResponseBytes)
    const connection = { openai: createOpenAi(server, transport.fetch), transport }
    connections.set(key, connection)
    return connection
  }

  return {
    async complete(request: ModelRequest, signal: AbortSignal): Promise<Completion> {
      const { server } = request.model
      try {
        const { openai } = connectionTo(server)
        // Writing megabytes of JSON takes milliseconds, during which this process does nothing else.
        if (request.messages.some(({ images }) => images?.length)) await ownTurn()
        const options = request.trace
          ? { signal, headers: { traceparent: request.trace.traceparent } }
          : { signal }
        const completion: unknown = await openai.chat.completions.create(toChatRequest(request), options)
        return readCompletion(completion, request)
      } catch (error) {
        throw classifyFailure(error, signal, server.apiKey)
      }
    },
    async close() {
      closed = true
      await Promise.all([...connections.values()].map(({ transport }) => transport.close()))
    },
  }
}

/**
 * The package reads several variables of the environment by itself; naming each of them here keeps another
 * account's organisation or admin key from travelling to this server.
 */
function createOpenAi({ baseUrl, apiKey, timeoutMs }: ModelServer, fetch: LeanFetch['fetch']): OpenAI {
  const options = {
    baseURL: baseUrl,
    // It insists on some key. A server without one gets no Authorization header at all.
    apiKey: apiKey || 'none',
    ...(apiKey ? {} : { defaultHeaders: { Authorization: null } }),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: Math.max(1, Math.round(timeoutMs)),
    logLevel: 'off' as const,
  }
  return new LeanOpenAI(options, fetch)
}
