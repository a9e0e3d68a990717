import { Gauge, Histogram, type Registry } from 'prom-client'

export type ApiMetrics = ReturnType<typeof createApiMetrics>

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What an API process says of the requests that it answers, and of the news that it waits for. */
export function createApiMetrics(registry: Registry) {
  const registers = [registry]
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Requests by route template and status, until the last byte of the answer; of a stream of events, the first.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    // OpenTelemetry's bounds, continued for calls that wait for their run.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300],
    registers,
  })
  const active = new Gauge({
    name: 'http_server_active_requests',
    help: 'Requests that are being answered.',
    registers,
  })
  const deliveries = new Histogram({
    name: 'splitrun_deliver_duration_seconds',
    help: 'From the end of a run until a call that waits for it here knows, by how it came to know.',
    labelNames: ['by'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24],
    registers,
  })
  return {
    requestBegan: (): void => active.inc(),

    /** `route` is a template such as `/org/:org_id`, empty where none fits: never the path that was asked for. */
    requestEnded(method: string, route: string, status: number, ms: number): void {
      active.dec()
      const labels = {
        http_request_method: METHODS.has(method) ? method : '_OTHER',
        http_route: route,
        http_response_status_code: status,
      }
      requests.observe(labels, ms / 1000)
    },

    /** By the reply channel, as it should be, or by the sweep, which finds what was not heard there. */
    delivered: (by: 'reply' | 'sweep', ms: number): void =>
      deliveries.observe({ by }, Math.max(0, ms) / 1000),
  }
}
