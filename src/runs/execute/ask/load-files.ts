import { v5 } from 'uuid'
import {
  type DocumentExtension,
  extensionOf,
  isDocument,
  isRecording,
  type RecordingExtension,
} from '../../../files/document/document-format.ts'
import { type DocumentProcesses, UnreadableDocument } from '../../../files/document/document-processes.ts'
import type { FileHome } from '../../../files/file-home.ts'
import type { FileStore } from '../../../files/file-store.ts'
import { nullIfDamaged } from '../../../files/files-unavailable.ts'
import {
  type PreparedImage,
  type PrepareImageDeps,
  prepareImage,
} from '../../../files/image/prepare-image.ts'
import type { FilePart, ImagePart, Model } from '../../../models/model.ts'
import { ApiError } from '../../../platform/errors.ts'
import { ownTick } from '../../../platform/event-loop/own-tick.ts'
import type { Asker } from '../../../platform/turns.ts'
import type { Revision } from '../../../tasks/task.ts'
import { type CallSizeLimits, partsProblem } from '../../call-size.ts'
import type { RunFile } from '../../file-use.ts'
import type { RunError } from '../../run.ts'
import { invalidInput } from './invalid-input.ts'

export interface LoadFilesDeps extends PrepareImageDeps, CallSizeLimits {
  readonly files: FileStore
  readonly fileHome: FileHome
  readonly documents: DocumentProcesses
}

/** The files of a run as its model gets them. */
export interface LoadedFiles {
  readonly images: readonly ImagePart[]
  readonly files: readonly FilePart[]
  /** Of documents that the model is sent as text. */
  readonly texts: readonly DocumentText[]
}

export interface DocumentText {
  readonly file: RunFile
  readonly text: string
}

/** Names of files that hold the text of another one. */
const TEXTS = '2b0f9f0c-6a43-5b0a-9d1e-8c3f0a1d7e42'

/**
 * Loads the files that a model is sent. Returns a RunError when one cannot be sent.
 * @throws what is no run's fault, see `isWorkerFault`; the reason of the asker's signal
 */
export async function loadFiles(
  deps: LoadFilesDeps,
  run: string,
  sent: readonly RunFile[],
  { optimise_images }: Revision,
  model: Model,
  by: Asker,
): Promise<LoadedFiles | RunError> {
  const isText = (file: RunFile) => keptKind(file, model) === 'text'
  const loading = sent.filter((each) => !isText(each))
  try {
    const [loaded, texts] = await Promise.all([
      Promise.all(loading.map((file) => loadPart(deps, run, file, optimise_images, by))),
      Promise.all(
        sent.filter(isText).map(async (file) => ({ file, text: await textOf(deps, run, file, by) })),
      ),
    ])
    const tooLarge = partsProblem(
      loaded.map(({ data }) => data),
      deps,
    )
    return tooLarge ? invalidInput(tooLarge) : { ...(await inBase64(loaded)), texts }
  } catch (error) {
    by.signal.throwIfAborted()
    if (error instanceof UnreadableDocument) {
      return { reason: error.reason, message: error.message, retryable: false }
    }
    if (error instanceof ApiError && error.reason === 'FILE_DAMAGED') return damagedFile(error)
    // The API checks only the header of an image. That its body is broken shows when it is decoded.
    if (error instanceof ApiError && error.reason !== 'FILES_UNAVAILABLE') return invalidInput(error.message)
    throw error
  }
}

/** What a file becomes for a model: a text, the document or recording as it is; null for an image. */
export function keptKind({ stored }: RunFile, model: Model): 'text' | 'file' | null {
  if (isRecording(stored)) return 'file'
  if (!isDocument(stored)) return null
  return isSentAsItIs(stored, model) ? 'file' : 'text'
}

/** The name under which the text of a document is kept beside it. */
export const keptTextName = ({ stored }: Pick<RunFile, 'stored'>): string => `${v5(stored, TEXTS)}.txt`

/** The error of a run with a file that is not as it was stored. */
export const damagedFile = ({ message }: ApiError): RunError => ({
  ...{ reason: 'FILE_DAMAGED', message, retryable: false },
})

/**
 * The text of a stored document. It is kept beside it, for the next attempt or model.
 * @throws {UnreadableDocument}; {ApiError} INPUT_INVALID when it is no longer stored, FILE_DAMAGED
 */
export async function textOf(
  deps: Pick<LoadFilesDeps, 'files' | 'fileHome' | 'documents'>,
  run: string,
  { stored }: RunFile,
  by: Asker,
): Promise<string> {
  const kept = keptTextName({ stored })
  const known = await deps.files.read(run, kept).catch(nullIfDamaged)
  if (known) return known.toString()
  const bytes = await readStored(deps, run, stored)
  const text = await deps.documents.extract(bytes, extensionOf(stored) as DocumentExtension, by)
  await deps.files.put(run, kept, Buffer.from(text))
  return text
}

interface LoadedPart extends PreparedImage {
  readonly file: { readonly kind: FilePart['kind']; readonly name: string } | null
}

async function loadPart(
  deps: LoadFilesDeps,
  run: string,
  { stored, name }: RunFile,
  optimise: boolean,
  by: Asker,
): Promise<LoadedPart> {
  const bytes = await readStored(deps, run, stored)
  const extension = extensionOf(stored)
  if (!isDocument(stored) && !isRecording(stored)) {
    return { ...(await prepareImage(deps, bytes, optimise, by)), file: null }
  }
  const kind = extension as 'pdf' | RecordingExtension
  const mediaType = kind === 'pdf' ? 'application/pdf' : `audio/${kind}`
  return { data: bytes, mediaType, file: { kind, name: name ?? `file.${kind}` } }
}

const isSentAsItIs = (stored: string, { supportsPdf }: Model): boolean =>
  extensionOf(stored) === 'pdf' && supportsPdf === true

/** @throws {ApiError} INPUT_INVALID when it is no longer stored; FILES_UNAVAILABLE */
export async function readStored(
  { files, fileHome }: Pick<LoadFilesDeps, 'files' | 'fileHome'>,
  run: string,
  stored: string,
): Promise<Buffer> {
  const bytes = await files.read(run, stored)
  if (bytes) return bytes
  // Lost, unless this worker looks into another folder than that of the API.
  await fileHome.verify()
  throw new ApiError('INPUT_INVALID', 'a file is no longer stored')
}

async function inBase64(loaded: readonly LoadedPart[]): Promise<Omit<LoadedFiles, 'texts'>> {
  const images: ImagePart[] = []
  const files: FilePart[] = []
  for (const { data, mediaType, file } of loaded) {
    await ownTick()
    const part = { mediaType, base64: data.toString('base64') }
    if (file) files.push({ ...part, ...file })
    else images.push(part)
  }
  return { images, files }
}
