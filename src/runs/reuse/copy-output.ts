import { randomUUID } from 'node:crypto'
import { extensionOf } from '../../files/document/document-format.ts'
import type { FileHome } from '../../files/file-home.ts'
import type { FileStore } from '../../files/file-store.ts'
import { nullIfDamaged } from '../../files/files-unavailable.ts'
import type { FileResponse } from '../execute/output/make-output.ts'
import type { KeptResult } from './kept-result.ts'

export interface CopyOutputDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
}

/**
 * Gives a run a copy of the file that a kept result answers with, so that either run may end its retention first. Returns
 * the result with the copy's name; null when the file is no longer there, or damaged.
 * @throws {ApiError} FILES_UNAVAILABLE
 */
export async function copyOutput(
  { files, fileHome }: CopyOutputDeps,
  run: string,
  kept: KeptResult,
): Promise<KeptResult | null> {
  if (kept.outputFile === null) return kept
  const data = await files.read(kept.run, kept.outputFile).catch(nullIfDamaged)
  const response = kept.response as FileResponse
  if (!data || data.length !== response.bytes) return null
  await fileHome.claim()
  // Another name in each claim: a worker that was lost may still write.
  const file = `${randomUUID()}.${extensionOf(kept.outputFile)}`
  await files.put(run, file, data)
  return { ...kept, outputFile: file, response: { ...response, file } }
}
