import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cleanup } from './system.ts'

export interface ScriptedCall {
  readonly method: string
  /** Path with query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Resolves when the client has closed the connection, or has the whole answer. */
  readonly closed: Promise<void>
}

/** What happens to one call. */
export type Step = (response: ServerResponse, call: ScriptedCall) => void

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** The connection breaks without an answer. */
export const breakOff: Step = (response) => response.destroy()

/** Nothing ever comes. */
export const hang: Step = () => {}

/**
 * A server whose calls go as the steps say, one after the other: what a real one does only when it is in trouble. A call
 * beyond the last step is answered with 500.
 */
export async function startScriptedServer(t: Cleanup, steps: readonly Step[]) {
  const calls: ScriptedCall[] = []
  const heard = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    let body = ''
    for await (const part of request) body += part
    const { method = '', url = '', headers } = request
    const call = { method, url, headers, body, closed }
    const step = steps[calls.push(call) - 1] ?? answer(500, 'no step is left')
    step(response, call)
    for (const each of heard) each()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    /** Resolves when so many calls have come. */
    async called(count: number): Promise<void> {
      while (calls.length < count) {
        await new Promise<void>((resolve) => {
          const once = () => {
            heard.delete(once)
            resolve()
          }
          heard.add(once)
        })
      }
    },
  }
}
