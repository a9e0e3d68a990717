import type { FileHome } from '../../files/file-home.ts'
import type { FileStore } from '../../files/file-store.ts'
import type { Logger } from '../../platform/logger.ts'
import type { RunStore } from '../store/run-store.ts'

export interface CleanUpFilesDeps {
  readonly runs: RunStore
  readonly files: FileStore
  readonly fileHome: FileHome
  readonly log: Logger
}

const BATCH = 200

/**
 * Removes the files of runs that have no record, in one part of the file store; half-written files too. A run has no
 * record when its retention is over, or when it was never accepted. Files that were written after `before` (ms since the
 * epoch) stay, because their run may not have been created yet; and all stay where folder and Redis do not belong together.
 */
export async function cleanUpFiles(
  { runs, files, fileHome, log }: CleanUpFilesDeps,
  part: number,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  let removed = 0
  async function removeUnknown(ids: readonly string[]): Promise<void> {
    // In this order: a Redis that lost its data knows no run, and then its id is no longer the one that the folder knows.
    for (const run of await fileHome.removable(await runs.unknown(ids))) {
      await files.removeRun(run)
      removed += 1
    }
  }
  let batch: string[] = []
  for await (const { run, modifiedMs } of files.runs(part)) {
    if (signal.aborted) break
    if (modifiedMs < before) batch.push(run)
    if (batch.length < BATCH) continue
    await removeUnknown(batch)
    batch = []
  }
  if (!signal.aborted) await removeUnknown(batch)
  if (removed > 0) log.info({ runs: removed }, 'removed the files of runs without a record')
}
