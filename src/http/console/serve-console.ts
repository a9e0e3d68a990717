import type { Request, RequestHandler, Response } from 'express'
import { ApiError } from '../../platform/errors.ts'
import type { BuiltFile, BuiltFiles } from './built-files.ts'
import { CONSOLE_HEADERS } from './console-headers.ts'
import { NOT_BUILT } from './not-built.ts'

const HOME = '/console/'
const IMMUTABLE = 'public, max-age=31536000, immutable'

/**
 * Serves the console's files under `/console/`, and leads browsers there that open the root. All links are relative, so
 * that it works under whatever prefix a proxy has for it.
 */
export function serveConsole(files: BuiltFiles): RequestHandler {
  return async (request, response, next) => {
    const { path } = request
    const atRoot = path === '/' && isOfBrowser(request)
    if (!atRoot && path !== '/console' && !path.startsWith(HOME)) return next()
    response.locals['route'] = HOME
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD')
      throw new ApiError('METHOD_NOT_ALLOWED', 'This path knows GET only.')
    }
    if (!path.startsWith(HOME)) {
      // Express would make an address of it, and does not know the prefix.
      response.status(302).set({ Location: 'console/', 'Cache-Control': 'no-store', Vary: 'Accept' }).end()
      return
    }
    const name = path.slice(HOME.length)
    const asIndex = name === '' || name === 'index.html'
    const file = await (asIndex ? files.index() : files.asset(name))
    if (file) send(file, asIndex ? 'no-cache' : IMMUTABLE, request, response)
    else if (asIndex) sendNotBuilt(response)
    else throw new ApiError('ROUTE_NOT_FOUND', 'There is no such file.')
  }
}

/** Programs that follow no links are told what they were told before. */
const isOfBrowser = ({ method, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html')

function sendNotBuilt(response: Response): void {
  response.set({ ...CONSOLE_HEADERS, 'Cache-Control': 'no-store', 'Retry-After': '3' })
  response.status(503).type('html').send(NOT_BUILT)
}

function send(file: BuiltFile, caching: string, request: Request, response: Response): void {
  const zipped = file.gzip && request.acceptsEncodings('gzip') ? file.gzip : null
  response.set({
    ...CONSOLE_HEADERS,
    'Cache-Control': caching,
    'Content-Type': file.type,
    ETag: file.tag,
    Vary: 'Accept-Encoding',
  })
  if (zipped) response.set('Content-Encoding', 'gzip')
  // Express answers 304 by itself where If-None-Match names the tag.
  response.send(zipped ?? file.body)
}
