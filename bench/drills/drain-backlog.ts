import { setTimeout as pause } from 'node:timers/promises'
import { load } from '../load.ts'
import { undisturbed } from '../turns.ts'
import type { Stage } from './stage-backlog.ts'

/** Runs that a worker, just started, drains before anything counts, and while it counts. */
const WARM = 6000
const WINDOWS = 6
const WINDOW = 1000
const CALLS = 300
const QUICK_CALLS = 100
const LOOK_EVERY_MS = 20

/** Per run of the backlog, while a worker drains it as fast as it can. */
export interface Drained {
  readonly drainMs: number
  readonly workerCpuMs: number
  readonly redisCpuMs: number
  /** A call of another project that waits for its run meanwhile. */
  readonly newcomerMs: number
}

/** Lets a worker of its own drain a backlog that is kept at its size. */
export async function drain({ size, fleet, backlog, newcomer }: Stage, quick: boolean): Promise<Drained> {
  const { redis } = fleet
  const worker = await fleet.start('worker')
  const until = async (runs: number): Promise<number> => {
    for (;;) {
      const ended = await backlog.ended()
      if (ended >= runs) return ended
      await pause(LOOK_EVERY_MS)
    }
  }
  try {
    return await backlog.keepAt(size, async () => {
      let ended = await until((await backlog.ended()) + WARM)
      const begin = { ended, worker: worker.cpu(), redis: redis.cpu() }
      const windows: number[] = []
      for (let each = 0; each < WINDOWS; each += 1) {
        const [from, at] = [ended, performance.now()]
        ended = await until(from + WINDOW)
        windows.push((performance.now() - at) / (ended - from))
      }
      const perRun = (seconds: number) => (seconds * 1000) / (ended - begin.ended)
      const cpu = {
        workerCpuMs: perRun(worker.cpu() - begin.worker),
        redisCpuMs: perRun(redis.cpu() - begin.redis),
      }
      const calls = await load(newcomer, { connections: 1, amount: quick ? QUICK_CALLS : CALLS })
      return { drainMs: undisturbed(windows), ...cpu, newcomerMs: calls.p50 }
    })
  } finally {
    await worker.stop()
  }
}

/** Lets all of it end, and says how many bytes Redis keeps of each run then. */
export async function finish({ fleet, backlog, emptyBytes }: Stage): Promise<number> {
  const worker = await fleet.start('worker')
  try {
    while ((await backlog.waiting()) > 0) await pause(LOOK_EVERY_MS)
    await backlog.tick()
    return ((await fleet.redis.used()) - emptyBytes) / (await backlog.ended())
  } finally {
    await worker.stop()
  }
}
