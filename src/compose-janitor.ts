import { type JanitorWorker, startJanitorWorker } from '../workers/janitor.worker.ts'
import type { Config } from './config.ts'
import { FILE_PARTS, type FileStore } from './files/file-store.ts'
import { sharedNow } from './platform/clock.ts'
import type { Logger } from './platform/logger.ts'
import type { RedisConnections } from './platform/redis/redis.ts'
import { JANITOR_PREFIX } from './queue/janitor-queue.ts'
import { cleanUpFiles } from './runs/end/clean-up-files.ts'
import { cleanUpRuns } from './runs/end/clean-up-runs.ts'
import { type CleanUpTotalsDeps, cleanUpTotals } from './runs/end/clean-up-totals.ts'
import type { EndQueuedRunDeps } from './runs/end/end-queued-run.ts'

/** Starts this process's part of the janitor: it gets some of the rounds. */
export function composeJanitor(
  deps: EndQueuedRunDeps &
    CleanUpTotalsDeps & {
      config: Config
      log: Logger
      connections: RedisConnections
      files: FileStore
    },
): JanitorWorker {
  const { config, log, connections, runs, rollups, files } = deps
  const everyMs = config.janitorInterval * 1000
  // Each process goes through all parts of the files, from a random one on: so processes need not share their progress.
  let part = Math.floor(Math.random() * FILE_PARTS)
  let lastTask: string | null = null
  return startJanitorWorker({
    connection: connections.blocking('janitor', JANITOR_PREFIX),
    everyMs,
    lockDurationMs: config.lockDuration * 1000,
    stalledIntervalMs: config.stalledInterval * 1000,
    log,
    async cleanUp(signal) {
      const now = sharedNow()
      await cleanUpRuns({ ...deps, shards: config.shards }, now - everyMs, signal)
      await rollups.merge()
      if (!signal.aborted) lastTask = await cleanUpTotals(deps, lastTask)
      part = (part + 1) % FILE_PARTS
      await cleanUpFiles({ runs, files, log }, part, now - config.fileGrace * 1000, signal)
    },
  })
}
