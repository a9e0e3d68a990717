import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { Completion, ModelClient, ModelRequest, ModelServer } from '../model.ts'
import { secretsOf } from '../model-server.ts'
import { apiOf } from './api-of.ts'
import { classifyFailure } from './classify-failure.ts'
import type { ModelApi } from './model-api.ts'
import { readCompletion, readFailedText, readReceived } from './read-completion.ts'
import { createStreamRules } from './stream-rules.ts'
import { type ChatConnection, openChatConnection } from './transport/chat-connection.ts'
import { BrokenStream } from './transport/read-event-stream.ts'
import { ServerFailure } from './transport/server-failure.ts'

/** Limits of a model client. */
export interface ModelClientOptions {
  /** Longest answer of a server in bytes, its JSON envelope included; default 2 MB. */
  readonly maxResponseBytes?: number
  /** The same for answers with a picture or a recording; default 30 MB. */
  readonly maxMediaBytes?: number
}

/**
 * A client for every server that speaks one of OpenAI's protocols (see `ModelApi`). Connections open with the first
 * call to a server, are kept alive, and are shared by all calls to it. One call is one request: never a
 * retry (but see `StreamRules`), and never longer than the server's `timeoutMs`, connecting and reading included.
 */
export function createModelClient(options: ModelClientOptions = {}): ModelClient {
  const { maxResponseBytes = 2_000_000, maxMediaBytes = 30_000_000 } = options
  const connections = new Map<string, ChatConnection>()
  const streams = createStreamRules()
  let closed = false

  function connectionTo(server: ModelServer, api: ModelApi, hasMedia: boolean): ChatConnection {
    if (closed) throw new Error('the model client is closed')
    const key = `${server.name} ${server.baseUrl} ${api.name}${hasMedia ? ' media' : ''}`
    const known = connections.get(key)
    if (known) return known
    const most = hasMedia ? maxMediaBytes : maxResponseBytes
    const connection = openChatConnection(server, most, api)
    connections.set(key, connection)
    return connection
  }

  return {
    async complete(request: ModelRequest, signal: AbortSignal): Promise<Completion> {
      const { server } = request.model
      const api = apiOf(request.model)
      try {
        const connection = connectionTo(server, api, request.wants !== undefined)
        // Writing megabytes of JSON takes milliseconds, during which this process does nothing else.
        if (request.messages.some(({ images, files }) => images?.length || files?.length)) await ownTick()
        const completion = await streams.ask(request, api, (body, heard) =>
          connection.send(JSON.stringify(body), traceHeaders(request), signal, heard, request.onHeaders),
        )
        return readCompletion(api.toCompletion(completion), request)
      } catch (error) {
        if (error instanceof ServerFailure) {
          const failed = readFailedText(error, request)
          if (failed) return failed
        }
        const secrets = secretsOf(server)
        if (!(error instanceof BrokenStream)) throw classifyFailure(error, signal, secrets)
        throw classifyFailure(error.failure, signal, secrets, readReceived(error.body, request))
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
