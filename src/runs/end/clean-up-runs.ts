import { sharedNow } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { type EndQueuedRunDeps, endQueuedRun } from './end-queued-run.ts'

export interface CleanUpRunsDeps extends EndQueuedRunDeps {
  readonly shards: number
  readonly log: Logger
}

/** How many expired runs are ended at a time. */
const BATCH = 200

/**
 * Makes sure that no run stays queued for ever, whatever was removed from the queue and whether or not anybody reads
 * the run. A run that should have had a job since `before` (ms since the epoch) and has none gets one. A queued run
 * whose time is over ends. A running run whose worker was lost gets a job too: the worker that dequeues the job claims
 * the run anew. What runs and workers leave behind that are gone is removed, from a part of the keys in each call. A
 * second call changes nothing.
 */
export async function cleanUpRuns(deps: CleanUpRunsDeps, before: number, signal: AbortSignal): Promise<void> {
  for (let shard = 0; shard < deps.shards && !signal.aborted; shard += 1) {
    const restored = await deps.runs.restoreJobs(shard, before)
    if (restored > 0) deps.log.warn({ shard, runs: restored }, 'runs without a job got one')
    await endExpired(deps, shard, signal)
    await deps.runs.forgetAbsent(shard)
  }
  const trimmed = await deps.runs.trimIndexes(signal)
  if (trimmed > 0) deps.log.debug({ entries: trimmed }, 'expired runs were removed from their indexes')
}

async function endExpired(deps: CleanUpRunsDeps, shard: number, signal: AbortSignal): Promise<void> {
  let ended = 0
  // Those that cannot be ended, because a worker has claimed them meanwhile or only a newer version can read them, must not
  // hold up the ones behind them. The next round checks them again.
  let skip = 0
  for (;;) {
    const ids = await deps.runs.expired(shard, sharedNow(), skip, BATCH)
    const records = await deps.runs.getMany(ids)
    await deps.runs.forgetRuns(
      shard,
      ids.filter((_, at) => !records[at]),
    )
    const settled = await Promise.all(
      records.map((record) => (record?.status === 'queued' ? endQueuedRun(deps, record, 'expired') : false)),
    )
    ended += settled.filter(Boolean).length
    if (signal.aborted || ids.length < BATCH) break
    skip += await deps.runs.stillQueued(shard, ids)
  }
  if (ended > 0) deps.log.info({ shard, runs: ended }, 'runs whose time was over have ended')
}
