import type { Logger } from '../../platform/logger.ts'
import type { RunQueue } from '../../queues.ts'
import { isFinal } from '../run.ts'
import type { RunStore } from '../store/run-store.ts'

export interface TidyRunsDeps {
  readonly runs: RunStore
  /** By shard. */
  readonly queues: readonly RunQueue[]
  readonly log: Logger
}

/**
 * Gives a job to every run that should have had one since before the given time and has none, because somebody removed
 * it from the queue. A running one is claimed anew by whoever gets the job, which takes it from the worker that was lost. Runs in a lane have none by design. Doing it twice is doing it once.
 */
export async function tidyRuns(
  { runs, queues, log }: TidyRunsDeps,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  for (const [shard, queue] of queues.entries()) {
    for await (const ids of runs.owedJobs(shard, before)) {
      if (signal.aborted) return
      const orphans = await queue.withoutJob(ids)
      if (orphans.length === 0) continue
      const records = await runs.getMany(orphans)
      const owed = records.flatMap((record) => (record && !isFinal(record.status) ? [record.request.id] : []))
      await Promise.all(owed.map((id) => queue.add(id)))
      if (owed.length > 0) log.warn({ shard, runs: owed.length }, 'runs without a job got one')
    }
  }
}
