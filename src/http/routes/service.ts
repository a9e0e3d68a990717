import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CONTENT_TYPE } from '../../metrics/family.ts'
import { ApiError } from '../../platform/errors.ts'
import { ifNoneMatch } from '../headers/if-match.ts'
import type { MayReadMetrics } from '../metrics-access.ts'
import { describeApi } from '../openapi/openapi.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'

export interface ServiceRouteDeps {
  /** What stands before all paths for callers. */
  readonly publicPath: string
  /** Rejects when Redis does not answer; with an ApiError when something else is in the way of serving. */
  ready(): Promise<void>
  /** The numbers of the whole installation, in Prometheus' text format. Rejects when Redis does not answer. */
  metrics(): Promise<string>
  /** False: they are not served here. */
  readonly metricsPublic: boolean
  readonly mayReadMetrics: MayReadMetrics
}

const status = <S extends string>(word: S) =>
  z.object({ status: z.literal(word) }).meta({ examples: [{ status: word }] })

const etag = z.string().meta({ description: 'Changes when the document does.' })

const shared = { method: 'get', tag: 'Service', scope: 'open', params: noParams, query: noQuery } as const

function metricsRoute(deps: ServiceRouteDeps): Endpoint {
  return endpoint({
    ...shared,
    path: '/metrics',
    operation: 'getMetrics',
    summary: "The whole installation's numbers, in Prometheus' text format",
    description:
      'The same from every process of the API: ask one of them, or all is counted several times. An installation may ' +
      'ask for a bearer token of its own, or serve them elsewhere.',
    response: null,
    media: ['text/plain'],
    errorCodes: ['STORE_UNAVAILABLE', 'UNAUTHENTICATED'],
    async handle({ request, response }) {
      if (!deps.mayReadMetrics(request.get('authorization'))) {
        throw new ApiError('UNAUTHENTICATED', 'The token for the metrics is required.')
      }
      response.set('Content-Type', CONTENT_TYPE).send(await deps.metrics())
    },
  })
}

/** Health, metrics, and the document of the `others` and of these. */
export function serviceRoutes(deps: ServiceRouteDeps, others: readonly Endpoint[]): Endpoint[] {
  // Made once, when it is first asked for.
  let written: { text: string; tag: string } | undefined
  const write = () => {
    const text = JSON.stringify(describeApi([...others, ...own], { publicPath: deps.publicPath }))
    return { text, tag: `"${createHash('sha256').update(text).digest('base64url')}"` }
  }
  const own: Endpoint[] = [
    endpoint({
      ...shared,
      path: '/healthz',
      operation: 'getHealth',
      summary: 'Whether the process lives',
      response: status('ok'),
      errorCodes: [],
      handle: async () => ({ status: 'ok' as const }),
    }),
    endpoint({
      ...shared,
      path: '/readyz',
      operation: 'getReadiness',
      summary: 'Whether the process can serve: Redis answers, files can be stored',
      response: status('ready'),
      errorCodes: ['STORE_UNAVAILABLE', 'FILES_UNAVAILABLE'],
      async handle() {
        await deps.ready().catch((cause: unknown) => {
          if (cause instanceof ApiError) throw cause
          throw new ApiError('STORE_UNAVAILABLE', 'Redis does not answer.', {}, cause)
        })
        return { status: 'ready' as const }
      },
    }),
    ...(deps.metricsPublic ? [metricsRoute(deps)] : []),
    endpoint({
      ...shared,
      path: '/openapi.json',
      operation: 'getOpenApi',
      summary: 'This document',
      response: z.looseObject({ openapi: z.string() }),
      headers: ifNoneMatch,
      responseHeaders: z.object({ ETag: etag }),
      errorCodes: [],
      async handle({ response }) {
        written ??= write()
        // Express answers 304 by itself where If-None-Match names the tag.
        response.set('ETag', written.tag).type('json').send(written.text)
      },
    }),
  ]
  return own
}
