import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Request, Response } from 'express'
import { collectDefaultMetrics, type Registry } from 'prom-client'
import { CONTENT_TYPE } from '../../metrics/family.ts'
import { compress } from '../headers/compress.ts'
import type { MayReadMetrics } from '../metrics-access.ts'
import type { RunningServer } from './listen.ts'
import { openPort } from './open-port.ts'

/** What this process says of itself. */
export interface ProcessState {
  readonly metrics: Registry
  /** Resolves false when the process lives but does not do its work. */
  healthy(): Promise<boolean>
  /** The numbers of the whole installation, where the process can tell them. */
  readonly fleet?: FleetState
}

export interface FleetState {
  /** In Prometheus' text format. Rejects when Redis does not answer. */
  metrics(): Promise<string>
  readonly mayReadMetrics: MayReadMetrics
}

/**
 * Serves `/healthz` and the process's own `/metrics` (event loop, memory, what it has in hand) on a port of their own,
 * apart from the API; of an API process also `/metrics/fleet`, the numbers of the whole installation. Port 0 takes any
 * free one.
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
    if (path === '/metrics/fleet' && state.fleet) {
      // It was made for Express, and needs nothing of it.
      compress(request as Request, response as Response, () => {})
      return sendFleet(state.fleet, request, response)
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

async function sendFleet(
  fleet: FleetState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const allowed = fleet.mayReadMetrics(request.headers.authorization)
  const text = allowed ? await fleet.metrics().catch(() => null) : null
  if (text !== null) {
    response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text)
    return
  }
  const headers = { 'content-type': 'application/json', ...(allowed ? {} : { 'www-authenticate': 'Bearer' }) }
  response.writeHead(allowed ? 503 : 401, headers)
  response.end(JSON.stringify({ status: allowed ? 'no store' : 'no token' }))
}
