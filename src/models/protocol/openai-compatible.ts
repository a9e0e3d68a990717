import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { Completion, ModelClient, ModelRequest, ModelServer } from '../model.ts'
import { type ChatConnection, openChatConnection } from './chat-connection.ts'
import { toChatRequest } from './chat-request.ts'
import { classifyFailure } from './classify-failure.ts'
import { readCompletion } from './read-completion.ts'

/** Limits of a model client. */
export interface ModelClientOptions {
  /** Longest answer of a server in bytes, its JSON envelope included; default 2 MB. */
  readonly maxResponseBytes?: number
}

/**
 * A client for every server that speaks the OpenAI chat completions protocol. Connections open with the first
 * call to a server, are kept alive, and are shared by all calls to it. One call is one request: never a
 * retry, and never longer than the server's `timeoutMs`, connecting and reading included.
 */
export function createModelClient(options: ModelClientOptions = {}): ModelClient {
  const { maxResponseBytes = 2_000_000 } = options
  const connections = new Map<string, ChatConnection>()
  let closed = false

  function connectionTo(server: ModelServer): ChatConnection {
    if (closed) throw new Error('the model client is closed')
    const key = `${server.name} ${server.baseUrl}`
    const known = connections.get(key)
    if (known) return known
    const connection = openChatConnection(server, maxResponseBytes)
    connections.set(key, connection)
    return connection
  }

  return {
    async complete(request: ModelRequest, signal: AbortSignal): Promise<Completion> {
      const { server } = request.model
      try {
        const connection = connectionTo(server)
        // Writing megabytes of JSON takes milliseconds, during which this process does nothing else.
        if (request.messages.some(({ images }) => images?.length)) await ownTick()
        const body = JSON.stringify(toChatRequest(request))
        const completion = await connection.send(body, traceHeaders(request), signal)
        return readCompletion(completion, request)
      } catch (error) {
        throw classifyFailure(error, signal, server.apiKey)
      }
    },
    async close() {
      closed = true
      await Promise.all([...connections.values()].map((connection) => connection.close()))
    },
  }
}

const traceHeaders = ({ trace }: ModelRequest): Record<string, string> =>
  trace ? { traceparent: trace.traceparent } : {}
