import { isDocument, isRecording } from '../files/document/document-format.ts'
import { fallbackOf, type ProcessorUse, takesDocument, usesOf } from '../inputs/processor.ts'
import type { Revision } from '../tasks/task.ts'
import type { RunRequest } from './run.ts'

/** A file of a run: what it is stored as, and what the caller calls it. */
export interface RunFile {
  /** `<uuid>.<extension>`, or as much of it as is known. */
  readonly stored: string
  readonly name: string | null
}

/** What becomes of the files of a run. */
export interface FileUse {
  /** Documents whose text a processor takes, by its parameter; null where it has to do without one. */
  readonly taken: ReadonlyMap<string, RunFile | null>
  /** What goes to the model. */
  readonly sent: readonly RunFile[]
}

export function filesOf({ files, fileNames }: Pick<RunRequest, 'files' | 'fileNames'>): RunFile[] {
  return files.map((stored, at) => ({ stored, name: fileNames[at] ?? null }))
}

const NOTHING_TAKEN: FileUse['taken'] = new Map()

/**
 * Which processor takes which document: the one that is called as it says, or the only document where it is the only
 * processor of its kind.
 */
export function useFiles(revision: Revision, files: readonly RunFile[]): FileUse {
  const takers = usesOf(revision).filter(takesDocument)
  if (takers.length === 0) return { taken: NOTHING_TAKEN, sent: files }
  const documents = files.filter(({ stored }) => isDocument(stored))
  const only = takers.length === 1 && documents.length === 1 ? documents[0] : undefined
  const taken = new Map(
    takers.map((use) => [use.param, documents.find((each) => isCalled(each, use)) ?? only ?? null]),
  )
  const all = new Set(taken.values())
  return { taken, sent: files.filter((each) => !all.has(each)) }
}

function isCalled({ name }: RunFile, { config }: ProcessorUse): boolean {
  const { filename } = config
  return name !== null && typeof filename === 'string' && name.toLowerCase() === filename.toLowerCase()
}

/** Parameters that processors fill by themselves: callers need not send them. */
export function filledParameters(revision: Revision): readonly string[] {
  return usesOf(revision)
    .filter(takesDocument)
    .map(({ param }) => param)
}

/** Whether a run of this revision may have documents at all. */
export const takesDocuments = (revision: Revision): boolean =>
  revision.file_input_mode === 'file' || usesOf(revision).some(takesDocument)

/** What is wrong with the files of a run; null for nothing. Said of a caller's request, and in the worker, alike. */
export function filesProblem(revision: Revision, files: readonly RunFile[]): FilesProblem | null {
  const { taken, sent } = useFiles(revision, files)
  const needed = usesOf(revision).find((use) => taken.get(use.param) === null && fallbackOf(use) === null)
  if (needed) return { missing: true, message: `the task needs the document ${describe(needed)}` }
  const mode = revision.file_input_mode
  if (mode === 'none' && sent.length > 0) return { missing: false, message: 'the task takes no files' }
  if (mode === 'file' && files.length === 0) return { missing: true, message: 'the task requires a file' }
  const isImage = ({ stored }: RunFile) => !isDocument(stored) && !isRecording(stored)
  if (mode !== 'file' && !sent.every(isImage)) {
    return {
      missing: false,
      message: 'the task takes images, and no document but those that its processors name',
    }
  }
  if (revision.image_required && !sent.some(isImage)) {
    return { missing: true, message: 'the task requires an image' }
  }
  return null
}

export interface FilesProblem {
  readonly missing: boolean
  readonly message: string
}

const describe = ({ param, config }: ProcessorUse): string =>
  typeof config['filename'] === 'string' ? `${config['filename']}, for ${param}` : `for ${param}`
