import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { ApiError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Tracer } from '../platform/tracing/tracing.ts'
import { NOBODY } from '../tenancy/caller.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import type { ApiMetrics } from './api-metrics.ts'
import { type Authenticate, authorise, type Target, targetOfToken } from './authenticate.ts'
import type { BodyLimits } from './body/body.ts'
import { type BodyBudget, createBodyBudget } from './body/body-budget.ts'
import { type CheckedBody, createBodyCheck } from './body/check-body.ts'
import { readBody } from './body/read-body.ts'
import { memberNames } from './body/read-form.ts'
import { checkEncoded } from './body/read-urlencoded.ts'
import { check, createPathCheck } from './check-request.ts'
import { errorHandler } from './error-handler.ts'
import { compress } from './headers/compress.ts'
import { checkConditions } from './headers/conditions.ts'
import { allowOrigins } from './headers/cors.ts'
import { nameUnusedKey } from './headers/ignored-fields.ts'
import { SECURITY_HEADERS } from './headers/security-headers.ts'
import { normalisePath } from './normalise-path.ts'
import type { Endpoint } from './route.ts'
import { sendJson } from './send-json.ts'
import { traceRequest } from './trace-request.ts'

export interface ServerDeps extends BodyLimits {
  /** Bytes of all bodies together that are held at once. */
  readonly uploadsMax: number
  readonly tenants: TenantStore
  readonly authenticate: Authenticate
  /** Proxies that the server stands behind: so many addresses of X-Forwarded-For are believed. */
  readonly trustProxy: number
  readonly log: Logger
  readonly apiMetrics: ApiMetrics
  readonly tracer: Tracer
  /** What stands before all paths for callers: see `normalisePath`. */
  readonly publicPath: string
  /** Origins whose scripts may call. */
  readonly corsOrigins: readonly string[]
  /** Serves the pages of the console. */
  readonly console: RequestHandler
}

/** Every route is served under both, since clients differ in what they take for the base URL. */
const MOUNTS = ['/api/v1', ''] as const

const NO_BODY: CheckedBody = { body: undefined, ignored: [] }

/** Builds the application; it listens to nothing yet. */
export function createApplication(deps: ServerDeps, endpoints: readonly Endpoint[]): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing')
  app.set('trust proxy', deps.trustProxy)
  app.use(observe(deps.log, deps.apiMetrics))
  app.response.json = sendJson
  const normalise = normalisePath(deps.publicPath)
  app.use((request, response, next) => {
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value)
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw new ApiError('MALFORMED_REQUEST', 'The Host header is missing.')
    }
    normalise(request)
    next()
  })
  if (deps.corsOrigins.length > 0) app.use(allowOrigins(deps.corsOrigins, endpoints))
  const budget = createBodyBudget(deps.uploadsMax)
  const checkPath = createPathCheck()
  // Path by path, so that what one refuses is not taken for another: `task/tag` is no task's id.
  for (const path of new Set(endpoints.map((each) => each.path))) {
    const here = endpoints.filter((each) => each.path === path)
    const mounts = here.some(({ door }) => door) ? [''] : MOUNTS
    // One route, which is matched once for all its methods.
    const route = app.route(mounts.map((mount) => mount + path))
    for (const declared of here) {
      // What is read may be large; what is done is answered with little, and images are compressed already.
      const compressing = declared.method === 'get' && !declared.ranges ? [compress] : []
      route[declared.method](...compressing, serve(declared, deps, budget, checkPath))
    }
    const allowed = here.map((each) => each.method.toUpperCase())
    route.all((_request, response) => {
      response.locals['route'] = path
      response.set('Allow', allowed.join(', '))
      throw new ApiError('METHOD_NOT_ALLOWED', `This path knows ${allowed.join(', ')} only.`)
    })
  }
  app.use(deps.console)
  app.use(() => {
    throw new ApiError('ROUTE_NOT_FOUND', 'There is no such route.')
  })
  app.use(errorHandler(deps.log))
  return app
}

/** The whole way of a request: who is it, may it, is it well-formed, do it. */
function serve(
  declared: Endpoint,
  deps: ServerDeps,
  budget: BodyBudget,
  checkPath: ReturnType<typeof createPathCheck>,
): RequestHandler {
  const name = `${declared.method} ${declared.path}`
  // Schemas copy what they check, and handlers change nothing of it: all requests without a query share one.
  let noQuery: unknown
  const { imageLimit, filesMax, fieldsMax } = deps
  const { bodyLimit = deps.bodyLimit, exactMember } = declared
  const limits = {
    ...{ imageLimit, filesMax, fieldsMax, bodyLimit, exactMember },
    fileFields: Object.keys(declared.files ?? {}),
    textFields: memberNames(declared.body),
    // One file of the largest size, in base64.
    filesInJsonLimit: declared.filesInJson ? Math.ceil(imageLimit / 3) * 4 : 0,
  }
  const checkBody = createBodyCheck(declared)
  return async (request, response) => {
    response.locals['route'] = declared.path
    response.locals['mapError'] = declared.mapError
    response.locals['sendRefusal'] = declared.sendRefusal
    // From the beginning: a client may go while Redis is asked who it is, and nobody would hear of it later.
    const clientClosed = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) clientClosed.abort()
    })
    const span = traceRequest(deps.tracer, declared, request, response)
    const caller = declared.scope === 'open' ? NOBODY : await deps.authenticate(request)
    const params = checkPath(`${name} ${request.path}`, declared.params, request.params)
    const target = declared.door ? targetOfToken(caller) : (params as Target)
    await authorise(caller, declared, target, deps.tenants)
    const hasQuery = request.url.includes('?')
    if (hasQuery) checkEncoded(request.url, null)
    const query = hasQuery || !noQuery ? check(declared.query, request.query, 'query') : noQuery
    if (!hasQuery) noQuery = query
    checkConditions(declared, request.headers)
    nameUnusedKey(declared, request, response)
    if (declared.headers) check(declared.headers, request.headers, 'header')
    let checked: CheckedBody = NO_BODY
    if (declared.body) {
      const read = await readBody(request, { ...limits, hold: budget(response) })
      response.locals['files'] = read.files
      checked = await checkBody(read, response)
    }
    const result = await declared.handle({
      caller,
      params,
      query,
      body: checked.body,
      ignored: checked.ignored,
      clientClosed: clientClosed.signal,
      mayStill: () => mayStill(deps, declared, request, params as Target),
      request,
      response,
      span,
    })
    if (result !== undefined) response.json(result)
  }
}

/** Asks once more whether who sent a request may still do so. */
async function mayStill(
  { authenticate, tenants }: ServerDeps,
  declared: Endpoint,
  request: Request,
  target: Target,
): Promise<boolean> {
  try {
    await authorise(await authenticate(request), declared, target, tenants)
    return true
  } catch (error) {
    return !(error instanceof ApiError) || error.status >= 500
  }
}

/** Gives each request an id, writes its one log line and counts it. */
function observe(log: Logger, metrics: ApiMetrics): RequestHandler {
  return (request: Request, response: Response, next) => {
    const started = performance.now()
    const given = request.headers['x-request-id']
    const requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId()
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    metrics.requestBegan()
    response.once('close', () => {
      const ms = Math.round((performance.now() - started) * 10) / 10
      const headAt: number | undefined = response.locals['headAt']
      const answeredMs = headAt === undefined ? ms : headAt - started
      metrics.requestEnded(request.method, response.locals['route'] ?? '', response.statusCode, answeredMs)
      log.info(
        {
          request_id: requestId,
          run_id: response.getHeader('x-task-run-id'),
          trace_id: response.locals['traceId'],
          method: request.method,
          path: request.originalUrl.split('?')[0],
          status: response.statusCode,
          aborted: response.writableFinished ? undefined : true,
          ms,
        },
        'request',
      )
    })
    next()
  }
}
