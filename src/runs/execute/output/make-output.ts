import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type DocumentProcesses, UnwritableDocument } from '../../../files/document/document-processes.ts'
import type { FileHome } from '../../../files/file-home.ts'
import { type FileStore, mediaTypeOf } from '../../../files/file-store.ts'
import { ApiError } from '../../../platform/errors.ts'
import type { Asker } from '../../../platform/turns.ts'
import type { FileModality } from '../../../tasks/output-modality.ts'
import type { RunError, RunRequest } from '../../run.ts'
import type { AnsweredMedia } from './read-answer.ts'

export interface MakeOutputDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
  readonly documents: DocumentProcesses
  /** How long an answer is kept in memory while its file cannot be stored, in ms. */
  readonly settleTimeoutMs: number
}

/** The response of a run whose task answers with a file, as it is on the wire. */
export interface FileResponse {
  /** One of the run's `files`. */
  readonly file: string
  readonly media_type: string
  readonly bytes: number
  /** The table, the Markdown, what was spoken, or what a picture was made of; null where nothing is known. */
  readonly text: string | null
}

export interface MadeOutput {
  readonly response: FileResponse
  /** Signs that no font has were replaced. */
  readonly replaced: boolean
}

const PAUSE_MS = 500

/**
 * Makes the file that a task answers with of its model's answer, and stores it with the files of the run.
 * @param value a text, or what `readMediaAnswer` gives
 * @throws what is no run's fault, see `isWorkerFault`; the reason of `signal`
 */
export async function makeOutput(
  deps: MakeOutputDeps,
  { id, project }: Pick<RunRequest, 'id' | 'project'>,
  modality: FileModality,
  value: unknown,
  signal: AbortSignal,
): Promise<MadeOutput | RunError> {
  const made = await fileOf(deps, modality, value, { owner: project, signal })
  if ('reason' in made) return made
  const { data, extension, text, replaced } = made
  // Another name in each claim: a worker that was lost may still write.
  const file = `${randomUUID()}.${extension}`
  await store(deps, id, file, data, signal)
  return { response: { file, media_type: mediaTypeOf(file), bytes: data.length, text }, replaced }
}

interface Made {
  readonly data: Buffer
  readonly extension: string
  readonly text: string | null
  readonly replaced: boolean
}

async function fileOf(
  { documents }: MakeOutputDeps,
  modality: FileModality,
  value: unknown,
  by: Asker,
): Promise<Made | RunError> {
  if (modality === 'image' || modality === 'audio') {
    const { data, extension, text } = value as AnsweredMedia
    return { data, extension, text: text === '' ? null : text, replaced: false }
  }
  const text = value as string
  if (modality === 'csv') return { data: Buffer.from(text), extension: 'csv', text, replaced: false }
  try {
    return { ...(await documents.writePdf(text, by)), extension: 'pdf', text }
  } catch (error) {
    by.signal.throwIfAborted()
    if (!(error instanceof UnwritableDocument)) throw error
    const message = `No PDF document can be made of the answer: ${error.message}.`
    return { reason: 'OUTPUT_NOT_WRITTEN', message, retryable: false }
  }
}

/** What was paid for is not given up because a disk is full for a moment. */
async function store(
  { files, fileHome, settleTimeoutMs }: MakeOutputDeps,
  run: string,
  name: string,
  data: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + settleTimeoutMs
  for (;;) {
    try {
      await fileHome.claim()
      return await files.put(run, name, data)
    } catch (error) {
      const isAway = error instanceof ApiError && error.reason === 'FILES_UNAVAILABLE'
      if (!isAway || performance.now() > end) throw error
      await pause(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}
