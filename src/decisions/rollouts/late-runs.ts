import type { RunStore } from '../../runs/store/run-store.ts'
import type { Task } from '../../tasks/task.ts'
import { bucketOf, SECONDS } from '../../totals/histogram.ts'
import type { Totals } from '../../totals/rollup-store.ts'
import { countsOf } from '../hour-counts.ts'
import { RATE } from '../statistics/scales.ts'
import { meanCentre, type StickyBets } from '../statistics/sticky.ts'
import type { Stratum } from '../statistics/stratum.ts'

/** Runs of a shard that are read at once. */
const PAGE = 200
/** Most runs of a task and a shard that are counted: so many that hang are evidence enough. */
const MOST_COUNTED = 1000

/** Number of runs that are not done in time and have not ended, of a revision under one version of the weights. */
export type HungRuns = (revision: string, split: number) => number

/**
 * The index of the bucket up to whose bound, in seconds, a run is done in time. What ended can be told from what did not
 * only there.
 */
export const timelyBucket = (seconds: number): number =>
  Math.min(bucketOf(SECONDS, seconds), SECONDS.length - 1)

/**
 * Finds the drawn runs of a task that a worker has and that are not done in time: among all that workers have of its
 * project, so that nobody else's runs hide them.
 */
export async function findHungRuns(
  runs: Pick<RunStore, 'running' | 'getHeads'>,
  { id, project_id }: Pick<Task, 'id' | 'project_id'>,
  bucket: number,
  now: number,
  { page = PAGE, most = MOST_COUNTED } = {},
): Promise<HungRuns> {
  const before = now - (SECONDS[bucket] ?? 0) * 1000
  const counts = new Map<string, number>()
  const countAll = async (pages: AsyncIterable<readonly string[]>) => {
    let counted = 0
    for await (const ids of pages) {
      for (const head of await runs.getHeads(ids)) {
        if (head === null || head === 'unreadable' || head.status !== 'running' || head.split === null)
          continue
        const { project, task, useFallback, created } = head.request
        if (project !== project_id || task !== id || useFallback || created > before) continue
        const name = `${head.revision} ${head.split}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
        counted += 1
      }
      if (counted >= most) return
    }
  }
  await Promise.all(runs.running(project_id, before, page).map(countAll))
  return (revision, split) => counts.get(`${revision} ${split}`) ?? 0
}

/**
 * How to bet on late runs when keys are drawn: around how many of them are late, at which the shares of runs do not matter.
 * Totals do not say whose runs were late: they are taken to come together in keys as failures or times do, whichever do
 * more.
 * @param inflations by what the logarithms of the wealth are divided that is bet on those
 */
export function betOnLateKeys(late: readonly Stratum[], ...inflations: readonly number[]): StickyBets {
  const pooled = RATE.levels.map((_, level) =>
    late.reduce((sum, { baseline, candidate }) => sum + (baseline[level] ?? 0) + (candidate[level] ?? 0), 0),
  )
  return { scale: { ...RATE, centres: [meanCentre(pooled, RATE)] }, inflation: Math.max(...inflations) }
}

/** The number of runs that were done in time, and of those that were not, whether they have ended since or not. */
export function timelyCounts(totals: Totals, bucket: number, hung: number): [done: number, late: number] {
  const counts = countsOf(totals, 'latency')
  const sum = (some: readonly number[]) => some.reduce((all, each) => all + each, 0)
  return [sum(counts.slice(0, bucket + 1)), sum(counts.slice(bucket + 1)) + hung]
}
