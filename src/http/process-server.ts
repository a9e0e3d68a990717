import { createServer } from 'node:http'
import { collectDefaultMetrics, type Registry } from 'prom-client'
import type { RunningServer } from './listen.ts'
import { openPort } from './open-port.ts'

/** What this process says of itself. */
export interface ProcessState {
  readonly metrics: Registry
  /** Resolves false when the process lives but does not do its work. */
  healthy(): Promise<boolean>
}

/**
 * Serves `/healthz` and the process's own `/metrics` (event loop, memory, what it has in hand) on a port of their own,
 * apart from the API. Port 0 takes any free one.
 */
export async function startProcessServer(
  host: string,
  port: number,
  state: ProcessState,
): Promise<RunningServer> {
  const registry = state.metrics
  collectDefaultMetrics({ register: registry })
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
      return
    }
    const healthy = path === '/healthz' ? await state.healthy().catch(() => false) : null
    const status = healthy === null ? 404 : healthy ? 200 : 503
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : status === 503 ? 'stuck' : 'not found' }))
  })
  return {
    port: await openPort(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
