import type { RunStore } from '../../runs/store/run-store.ts'
import type { Task } from '../../tasks/task.ts'
import { bucketOf, SECONDS } from '../../totals/histogram.ts'
import type { Totals } from '../../totals/rollup-store.ts'
import { countsOf } from '../hour-counts.ts'

/** Most runs of a shard that are looked at: so many that hang are evidence enough. */
const MOST_READ = 1000

/** Number of runs that are not done in time and have not ended, of a revision under one version of the weights. */
export type HungRuns = (revision: string, split: number) => number

/**
 * The index of the bucket up to whose bound, in seconds, a run is done in time. What ended can be told from what did not
 * only there.
 */
export const timelyBucket = (seconds: number): number =>
  Math.min(bucketOf(SECONDS, seconds), SECONDS.length - 1)

/** Finds the drawn runs of a task that a worker has and that are not done in time. */
export async function findHungRuns(
  runs: Pick<RunStore, 'runningSince' | 'getHeads'>,
  { id, project_id }: Pick<Task, 'id' | 'project_id'>,
  bucket: number,
  now: number,
): Promise<HungRuns> {
  const before = now - (SECONDS[bucket] ?? 0) * 1000
  const heads = await runs.getHeads(await runs.runningSince(before, MOST_READ))
  const counts = new Map<string, number>()
  for (const head of heads) {
    if (head === null || head === 'unreadable' || head.status !== 'running' || head.split === null) continue
    const { project, task, useFallback, created } = head.request
    if (project !== project_id || task !== id || useFallback || created > before) continue
    const name = `${head.revision} ${head.split}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return (revision, split) => counts.get(`${revision} ${split}`) ?? 0
}

/** The number of runs that were done in time, and of those that were not, whether they have ended since or not. */
export function timelyCounts(totals: Totals, bucket: number, hung: number): [done: number, late: number] {
  const counts = countsOf(totals, 'latency')
  const sum = (some: readonly number[]) => some.reduce((all, each) => all + each, 0)
  return [sum(counts.slice(0, bucket + 1)), sum(counts.slice(bucket + 1)) + hung]
}
