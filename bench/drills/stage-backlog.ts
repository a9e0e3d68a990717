import { type Fleet, startFleet } from '../fleet.ts'
import type { Call } from '../load.ts'
import { type Backlog, openBacklog } from './make-backlog.ts'

/** A fleet of its own, without a worker, in which so many runs wait. */
export interface Stage {
  readonly size: number
  readonly fleet: Fleet
  readonly backlog: Backlog
  /** Bytes of its Redis without any run, and those that a run took. */
  readonly emptyBytes: number
  readonly queuedBytes: number
  /** A run of a project in which nothing waits. */
  readonly newcomer: Call
  /** Asks for a page of the list: the first, and one in the middle of what waited at first. */
  firstPage(): Promise<unknown>
  deepPage(): Promise<unknown>
  close(): Promise<void>
}

export async function openStage(size: number, model: string): Promise<Stage> {
  const most = String(2 * size + 100_000)
  const env = { SPLITRUN_QUEUE_MAX: most, SPLITRUN_PROJECT_QUEUE_MAX: most, SPLITRUN_CONCURRENCY: '100' }
  const fleet = await startFleet({ model, workers: 0, env })
  const backlog = await openBacklog(fleet, env)
  const { redis, project } = fleet
  const emptyBytes = await redis.used()
  await backlog.fill(size)
  const queuedBytes = ((await redis.used()) - emptyBytes) / size
  await redis.quiet()
  const list = `/task/${project.task}/run?page_limit=100`
  const deep = `${list}&cursor=${backlog.middle()}`
  return {
    ...{ size, fleet, backlog, emptyBytes, queuedBytes },
    newcomer: (await fleet.createProject()).run(fleet.apis[0]?.port ?? 0),
    firstPage: () => project.ask(list),
    deepPage: () => project.ask(deep),
    async close() {
      await backlog.close()
      await fleet.stop()
    },
  }
}
