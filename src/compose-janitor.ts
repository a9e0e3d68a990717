import { type JanitorWorker, startJanitorWorker } from '../workers/janitor.worker.ts'
import type { Config } from './config.ts'
import { FILE_PARTS, type FileStore } from './files/file-store.ts'
import type { Logger } from './platform/logger.ts'
import type { RedisConnections } from './platform/redis/redis.ts'
import { JANITOR_PREFIX, type RunQueue } from './queues.ts'
import type { RollupStore } from './totals/rollup-store.ts'
import type { RunStore } from './runs/store/run-store.ts'
import { tidyFiles } from './runs/end/clean-up-files.ts'
import { tidyRuns } from './runs/end/clean-up-runs.ts'

/** The part of this process in the janitor. `queues` are those of all shards, to add to. */
export function composeJanitor(
  deps: {
    config: Config
    log: Logger
    connections: RedisConnections
    runs: RunStore
    rollups: RollupStore
    files: FileStore
  },
  queues: readonly RunQueue[],
): JanitorWorker {
  const { config, log, connections, runs, rollups, files } = deps
  const everyMs = config.janitorInterval * 1000
  // Each process goes round by itself, from anywhere: none has to know how far the others are.
  let part = Math.floor(Math.random() * FILE_PARTS)
  return startJanitorWorker({
    connection: connections.patient('janitor', JANITOR_PREFIX),
    everyMs,
    lockDurationMs: config.lockDuration * 1000,
    stalledIntervalMs: config.stalledInterval * 1000,
    log,
    async tidy(signal) {
      const now = Date.now()
      await tidyRuns({ runs, queues, log }, now - everyMs, signal)
      await rollups.fold()
      part = (part + 1) % FILE_PARTS
      await tidyFiles({ runs, files, log }, part, now - config.fileGrace * 1000, signal)
    },
  })
}
