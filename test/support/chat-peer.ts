import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Model, ModelServer } from '../../src/models/model.ts'
import type { ServerTransport } from '../../src/models/model-server.ts'
import { createModelClient } from '../../src/models/protocol/openai-compatible.ts'
import type { Cleanup } from './system.ts'

export interface Seen {
  readonly request: IncomingMessage
  readonly body: Record<string, unknown>
}
export type Answer = (seen: Seen, response: ServerResponse) => unknown

const USUAL: ServerTransport = { auth: 'bearer', headers: {}, query: {}, proxy: null, tls: {}, secrets: [] }

/** The real client, and a way to ask a model at `baseUrl` with it. */
export function askPeer(t: Cleanup, baseUrl: string, maxResponseBytes = 100_000) {
  const client = createModelClient({ maxResponseBytes })
  t.after(() => client.close())
  return (
    given: {
      onText?: (delta: string) => void
      paceMs?: number
      schema?: object
      signal?: AbortSignal
      model?: Partial<Model>
      transport?: Partial<ServerTransport>
      server?: Partial<ModelServer>
    } = {},
  ) => {
    const transport = { ...USUAL, ...given.transport }
    const key = { apiKey: 'sk-a-key-of-some-length', timeoutMs: 10_000 }
    const server = { name: 's', baseUrl, ...key, transport, ...given.server }
    const model = { id: 'm', upstreamName: 'm', output: 'none', server, ...given.model } as Model
    const messages = [{ role: 'user', text: 'hello' }] as const
    const { onText, paceMs, signal = new AbortController().signal } = given
    const heard = { ...(onText ? { onText } : {}), ...(paceMs ? { paceMs } : {}) }
    const request = { model, messages, parameters: {}, schema: null, ...heard }
    if (given.schema) return client.complete({ ...request, schema: { ...given.schema } }, signal)
    return client.complete(request, signal)
  }
}

/** A server of models that does what a test says. */
export async function chatPeer(
  t: Cleanup,
  answer: Answer,
  make: typeof createServer = createServer,
  host = '127.0.0.1',
) {
  const seen: Seen[] = []
  const server: Server = make((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>
      seen.push({ request, body })
      answer({ request, body }, response)
    })
  })
  await once(server.listen(0, host), 'listening')
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { seen, server, port, baseUrl: `http://${host}:${port}/v1` }
}

/** A chunk of a streamed completion, as an event. */
export const chunk = (delta: object, reason: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }], ...more })}\n\n`
