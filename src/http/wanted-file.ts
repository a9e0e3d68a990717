import type { Request, Response } from 'express'
import type { FileHome } from '../files/file-home.ts'
import { type FileStore, MEDIA_TYPES, mediaTypeOf } from '../files/file-store.ts'
import { SOUNDS } from '../files/sound-format.ts'
import { ApiError } from '../platform/errors.ts'
import type { StartedRun } from '../runs/start/submission.ts'
import { isFileModality, type OutputModality } from '../tasks/output-modality.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { readAccept, type Wish } from './headers/accept-range.ts'
import type { Wait } from './run-request.ts'
import { headersOfFile, sendFile } from './send-file.ts'
import { setStartedHeaders } from './send-run.ts'

const JSON_TYPE = 'application/json'
const IMAGES = Object.values(MEDIA_TYPES).filter((type) => type.startsWith('image/'))
/** The media types of what tasks answer with. */
const TYPES: Readonly<Record<OutputModality, readonly string[]>> = {
  json: [],
  text: [],
  csv: ['text/csv'],
  pdf: ['application/pdf'],
  image: IMAGES,
  audio: [...new Set(Object.values(SOUNDS))],
}
export const FILE_TYPES: readonly string[] = [...new Set(Object.values(TYPES).flat())]
const NAMES_ONE = /\b(image|audio)\/|application\/pdf|text\/csv/i

/** What a caller says of files in place of a run; null for one who names no kind of them. */
export function readFileWish({ headers: { accept } }: Request): Wish | null {
  return accept && NAMES_ONE.test(accept) ? readAccept(accept) : null
}

const prefers = (wish: Wish, type: string): boolean => wish(type) > wish(JSON_TYPE)

/**
 * Makes sure, before anything is paid for, that a run of the task can be answered as its caller wants it.
 * @throws {ApiError} NOT_ACCEPTABLE for one who takes neither the files of the task nor JSON
 */
export async function checkFileWish(
  tasks: TaskStore,
  { project_id, task_id }: { project_id: string; task_id: string },
  wish: Wish,
): Promise<void> {
  if (wish(JSON_TYPE) > 0) return
  const task = await tasks.recent(project_id, task_id)
  if (!task || TYPES[task.output_modality].some((type) => wish(type) > 0)) return
  const { output_modality: modality } = task
  const also = isFileModality(modality) ? ` or as ${TYPES[modality].join(', ')}` : ''
  throw new ApiError(
    'NOT_ACCEPTABLE',
    `The task answers with ${modality}: its runs are shown as ${JSON_TYPE}${also}.`,
  )
}

/**
 * Answers the call that started a run with the file that the run made, where its caller wants that. False where it is to
 * be answered as any other: the run has not ended, has failed, or JSON is liked as well.
 * @throws {ApiError} NOT_ACCEPTABLE, with `run_id`, for a caller who takes neither this kind of file nor JSON;
 *   FILE_NOT_FOUND; FILES_UNAVAILABLE, FILE_DAMAGED; TOO_MANY_REQUESTS
 */
export async function sendWantedFile(
  { files, fileHome }: { readonly files: FileStore; readonly fileHome: FileHome },
  response: Response,
  started: StartedRun,
  wait: Wait,
  wish: Wish,
): Promise<boolean> {
  const { request, result } = started.record
  const name = result?.outputFile
  if (!name || started.record.status !== 'succeeded') return false
  const type = mediaTypeOf(name)
  setStartedHeaders(response, started, wait)
  if (!prefers(wish, type)) {
    if (wish(JSON_TYPE) > 0) return false
    const extra = { run_id: request.id, file: name, retryable: false }
    throw new ApiError('NOT_ACCEPTABLE', `The run made a file of the kind ${type}.`, extra)
  }
  const file = await files.open(request.id, name, request.project).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.reason !== 'TOO_MANY_REQUESTS') throw error
    // The call again would be another run: the file is to be asked for.
    throw new ApiError(error.reason, error.message, { run_id: request.id, file: name, retryable: false })
  })
  if (!file) {
    await fileHome.verify()
    throw new ApiError('FILE_NOT_FOUND', 'The run has no such file.', { run_id: request.id })
  }
  // The texts among them are written by this server.
  const contentType = type.startsWith('text/') ? `${type}; charset=utf-8` : type
  const shown = { contentType, contentDisposition: `inline; filename="${name}"` }
  await sendFile(response, 200, headersOfFile(file.size, shown), file.stream)
  return true
}
