import type { Logger } from '../platform/logger.ts'
import type { RunQueue } from '../queues.ts'
import { addJobs } from './add-jobs.ts'
import { isFinal } from './run.ts'
import { jobOf } from './run-changes.ts'
import type { RunStore } from './run-store.ts'

export interface TidyRunsDeps {
  readonly runs: RunStore
  /** By shard. */
  readonly queues: readonly RunQueue[]
  readonly log: Logger
}

/**
 * Gives a job to every run that should have had one since before the given time and has none: a process died between
 * making the run and adding its job, or the queue has lost it. A running one is claimed anew by whoever gets the job,
 * which takes it from the worker that was lost. Runs in a lane have none by design. Doing it twice is doing it once.
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
      const entered = records.flatMap((record) =>
        record && !isFinal(record.status) ? [{ id: record.request.id, job: jobOf(record.request) }] : [],
      )
      await addJobs(queues, entered)
      if (entered.length > 0) log.warn({ shard, runs: entered.length }, 'runs without a job got one')
    }
  }
}
