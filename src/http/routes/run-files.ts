import type { Request, Response } from 'express'
import { z } from 'zod'
import { createTextCharsets } from '../../files/document/text-charset.ts'
import type { FileHome } from '../../files/file-home.ts'
import { type FileStore, MEDIA_TYPES, mediaTypeOf } from '../../files/file-store.ts'
import { ApiError } from '../../platform/errors.ts'
import { filesOfRun, homeOfFiles, type RunRecord } from '../../runs/run.ts'
import { answersNotModified, ifNoneMatch } from '../headers/if-match.ts'
import { fileHeaders, fileRequestHeaders } from '../headers/run-headers.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, runParams } from '../route.ts'
import { headersOfFile, sendFile, setHeadersOfFile } from '../send-file.ts'
import { setRunHeaders } from '../send-run.ts'

export interface RunFileRouteDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
  /** The run, or a refusal as TASK_RUN_NOT_FOUND. */
  find(params: { project_id: string; task_id: string; run_id: string }): Promise<RunRecord>
}

/** The files of runs. Each never changes, so that its name is its ETag. */
export function runFileRoutes({ files, fileHome, find }: RunFileRouteDeps): Endpoint[] {
  const charsets = createTextCharsets(files)
  const absent = () => new ApiError('FILE_NOT_FOUND', 'The run has no such file.')
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/run/:run_id/file/:name`,
      tag: 'Runs',
      operation: 'getRunFile',
      summary: 'Read a file of a run',
      media: Object.values(MEDIA_TYPES),
      ranges: true,
      elsewhere: 'The file is in object storage that callers may read themselves.',
      headers: fileRequestHeaders.extend(ifNoneMatch.shape),
      responseHeaders: fileHeaders,
      response: null,
      errorCodes: [
        'TASK_RUN_NOT_FOUND',
        'FILE_NOT_FOUND',
        'FILES_UNAVAILABLE',
        'FILE_DAMAGED',
        'RANGE_NOT_SATISFIABLE',
        'TOO_MANY_REQUESTS',
      ],
      scope: 'run:read',
      params: runParams.extend({ name: z.string().meta({ description: 'One of the run’s `files`.' }) }),
      query: noQuery.extend({
        inline: z.stringbool().default(false).meta({ description: 'To show it rather than to save it.' }),
      }),
      async handle({ params, query, request, response }) {
        const { name } = params
        const record = await find(params)
        const home = homeOfFiles(record)
        const size = filesOfRun(record).includes(name) ? await files.size(home, name) : null
        // One that should be there may be in another folder than the one that is mounted here.
        if (size === null) await fileHome.verify()
        if (size === null) throw absent()
        setRunHeaders(response, record)
        const etag = `"${name}"`
        if (answersNotModified(request, response, etag)) return
        const shown = {
          contentType: mediaTypeOf(name),
          contentDisposition: `${query.inline ? 'inline' : 'attachment'}; filename="${name}"`,
        }
        // A link is good for GET alone.
        const link = request.method === 'GET' ? await files.link(home, name, shown) : null
        if (link !== null) {
          response.set('Cache-Control', 'no-store').redirect(302, link)
          return
        }
        response.setHeader('Accept-Ranges', 'bytes')
        const charset = shown.contentType.startsWith('text/')
          ? await charsets(home, name, params.project_id)
          : null
        const contentType = charset ? `${shown.contentType}; charset=${charset}` : shown.contentType
        // Of HEAD there are no ranges (RFC 9110, 14.2).
        const range = request.method === 'HEAD' ? null : rangeOf(request, response, size, etag)
        const headers = {
          ...headersOfFile(range ? range.end - range.start + 1 : size, { ...shown, contentType }),
          ...(range && { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` }),
        }
        const status = range ? 206 : 200
        if (request.method === 'HEAD') {
          setHeadersOfFile(response, status, headers)
          response.end()
          return
        }
        const file = await files.open(home, name, params.project_id, range)
        if (!file) throw absent()
        await sendFile(response, status, headers, file.stream)
      },
    }),
  ]
}

/**
 * The part of a file that is asked for (RFC 9110, 14.2); null for all of it, also where several parts are, which a server
 * may pass over.
 * @throws {ApiError} RANGE_NOT_SATISFIABLE
 */
function rangeOf(
  request: Request,
  response: Response,
  size: number,
  etag: string,
): { start: number; end: number } | null {
  const { range, 'if-range': known } = request.headers
  if (known !== undefined && known !== etag) return null
  // The last bytes of a file that has fewer are all of it, which the library does not know.
  const last = Number(/^bytes=-(\d{1,15})$/.exec(range ?? '')?.[1] ?? 0)
  if (last >= size && size > 0) return { start: 0, end: size - 1 }
  const asked = request.range(size)
  if (asked === -1) {
    response.setHeader('Content-Range', `bytes */${size}`)
    throw new ApiError('RANGE_NOT_SATISFIABLE', `The file has ${size} bytes, and none in that range.`)
  }
  if (typeof asked !== 'object' || asked.type !== 'bytes' || asked.length !== 1) return null
  return asked[0] ?? null
}
