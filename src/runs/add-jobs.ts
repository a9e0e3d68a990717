import { shardOf } from '../platform/ids.ts'
import type { RunQueue } from '../queues.ts'
import type { Entered } from './run-changes.ts'

/** Adds the jobs of runs that entered the queue. A job that is lost here is added again by the janitor. */
export async function addJobs(queues: readonly RunQueue[], entered: readonly Entered[]): Promise<void> {
  await Promise.all(entered.map(({ id, job }) => queues[shardOf(id)]?.add(id, job)))
}
