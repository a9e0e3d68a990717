import type { Request, Response } from 'express'
import {
  type Carrier,
  NO_SPAN,
  NO_TRACING,
  type Span,
  type Tracer,
  traceIdOf,
} from '../platform/tracing/tracing.ts'
import type { Endpoint } from './route.ts'

/**
 * Begins the span of a request, below the caller's where it sent a `traceparent`; every answer says in that header
 * where it belongs. It ends when the answer is out. Probes have none, for they would be most of all traces.
 */
export function traceRequest(
  tracer: Tracer,
  { path: route, tag }: Pick<Endpoint, 'path' | 'tag'>,
  request: Request,
  response: Response,
): Span {
  // Spares the work of describing what nobody records.
  if (tracer === NO_TRACING) return NO_SPAN
  const { method, headers } = request
  const span = (tag === 'Service' ? NO_TRACING : tracer).start(`${method} ${route}`, headers as Carrier, {
    kind: 'server',
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.scheme': request.protocol,
      'url.path': request.originalUrl.split('?')[0],
      'splitrun.request.id': response.locals['requestId'],
    },
  })
  if (!span.context) return span
  response.set('traceparent', span.context.traceparent)
  response.locals['traceId'] = traceIdOf(span.context)
  response.once('close', () => {
    span.set({
      'http.response.status_code': response.statusCode,
      'splitrun.run.id': response.getHeader('x-task-run-id') as string | undefined,
    })
    if (response.statusCode >= 500) span.fail(String(response.statusCode))
    else if (!response.writableFinished) span.fail('client_gone')
    span.end()
  })
  return span
}
