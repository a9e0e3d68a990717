import { type JanitorWorker, startJanitorWorker } from '../../workers/janitor.worker.ts'
import type { Config } from '../config.ts'
import { type DecideRolloutsDeps, decideRollouts } from '../decisions/rollouts/decide-rollouts.ts'
import { type NoteVerdictsDeps, noteVerdicts } from '../decisions/verdicts/note-verdicts.ts'
import type { FileHome } from '../files/file-home.ts'
import { FILE_PARTS, type FileStore } from '../files/file-store.ts'
import { sharedNow } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { RedisConnections } from '../platform/redis/redis.ts'
import { JANITOR_PREFIX } from '../queue/janitor-queue.ts'
import { type CorrectBudgetsDeps, correctBudgets } from '../runs/budgets/correct-budgets.ts'
import { cleanUpFiles } from '../runs/end/clean-up-files.ts'
import { cleanUpRuns } from '../runs/end/clean-up-runs.ts'
import { type CleanUpTotalsDeps, cleanUpTotals } from '../runs/end/clean-up-totals.ts'
import { type EndLeftOverDeps, endLeftOver } from '../runs/end/end-left-over.ts'
import type { EndQueuedRunDeps } from '../runs/end/end-queued-run.ts'
import { type WatchEndsDeps, watchEndsOfModels } from '../runs/end/watch-ends-of-models.ts'

/** This process's part of the janitor. */
export interface Janitor extends JanitorWorker {
  /** True while no files are removed, because their folder may belong to another Redis. */
  foreignFiles(): boolean
}

/** Starts this process's part of the janitor: it gets some of the rounds. */
export function composeJanitor(
  deps: EndQueuedRunDeps &
    CleanUpTotalsDeps &
    CorrectBudgetsDeps &
    EndLeftOverDeps &
    WatchEndsDeps &
    Omit<DecideRolloutsDeps & NoteVerdictsDeps, 'reportRollupsMax' | 'comparisonDays'> & {
      config: Config
      log: Logger
      connections: RedisConnections
      files: FileStore
      fileHome: FileHome
    },
): Janitor {
  const { config, log, connections, runs, rollups, files, fileHome } = deps
  const everyMs = config.janitorInterval * 1000
  const kept = { comparisonDays: config.comparisonDays, reportRollupsMax: config.reportRollupsMax }
  // Each process goes through all parts of the files, from a random one on: so processes need not share their progress.
  let part = Math.floor(Math.random() * FILE_PARTS)
  let lastTask: string | null = null
  let foreign = false
  /** Says it when it begins, and is seen in the metrics for as long as it lasts. */
  async function lookWhoseFilesTheseAre(): Promise<void> {
    const found = await fileHome.isForeign()
    if (found && !foreign) log.error(NOTHING_REMOVED)
    if (!found && foreign) log.info('the files belong to this Redis again: they are removed')
    foreign = found
  }
  const worker = startJanitorWorker({
    connection: connections.blocking('janitor', JANITOR_PREFIX),
    everyMs,
    lockDurationMs: config.lockDuration * 1000,
    stalledIntervalMs: config.stalledInterval * 1000,
    log,
    async cleanUp(signal) {
      const now = sharedNow()
      await decideRollouts({ ...deps, reportRollupsMax: config.reportRollupsMax }, now, signal)
      await cleanUpRuns({ ...deps, shards: config.shards }, now - everyMs, signal)
      await rollups.merge()
      await correctBudgets(deps, now, signal)
      await noteVerdicts({ ...deps, ...kept }, now, signal)
      await endLeftOver(deps, now, signal)
      if (!signal.aborted) lastTask = await cleanUpTotals(deps, lastTask)
      part = (part + 1) % FILE_PARTS
      if (config.modelEnds) await watchEndsOfModels(deps, signal)
      await lookWhoseFilesTheseAre()
      await cleanUpFiles({ runs, files, fileHome, log }, part, now - config.fileGrace * 1000, signal)
    },
  })
  return { close: () => worker.close(), foreignFiles: () => foreign }
}

const NOTHING_REMOVED =
  'the files are not known to belong to this Redis: none of them are removed. Is it the right Redis, with ' +
  'all its data? If so, run `splitrun adopt-files`'
