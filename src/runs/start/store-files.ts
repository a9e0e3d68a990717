import { randomUUID } from 'node:crypto'
import type { FileHome } from '../../files/file-home.ts'
import type { FileStore } from '../../files/file-store.ts'
import type { Logger } from '../../platform/logger.ts'
import type { CheckedFile } from './check-files.ts'

export interface StoreFilesDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
  readonly log: Logger
}

/**
 * Stores the files of a run that is about to be created, as they came, and returns their names.
 * @throws {ApiError} FILES_UNAVAILABLE; then none is left
 */
export async function storeFiles(
  deps: StoreFilesDeps,
  run: string,
  files: readonly CheckedFile[],
): Promise<string[]> {
  const names = files.map(({ stored }) => `${randomUUID()}${stored}`)
  await deps.fileHome.claim()
  const stored = await Promise.allSettled(
    files.map(({ data }, index) => deps.files.put(run, names[index] ?? '', data)),
  )
  const failed = stored.find((each) => each.status === 'rejected')
  if (!failed) return names
  await discardFiles(deps, run, names)
  throw failed.reason
}

/** Removes the files of a run that was not accepted, if it has any. What cannot be removed is left to the janitor. */
export async function discardFiles(
  { files, log }: StoreFilesDeps,
  run: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return
  await files.removeRun(run).catch((error: unknown) => {
    log.warn({ err: error, run_id: run }, 'files of a run that was not accepted are removed later')
  })
}
