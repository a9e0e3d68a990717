import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import type { Measured } from '../process.ts'
import type { BenchRedis } from '../redis.ts'
import { type Backlog, openBacklog } from './make-backlog.ts'

const SMALLEST = 1000
const SIZES = [SMALLEST, 100_000, 1_000_000]
const QUICK_SIZES = [SMALLEST, 20_000]
/** Runs that are drained before anything counts, and while it counts. */
const WARM = 3000
const WINDOWS = 12
const WINDOW = 1000
/** Repetitions of what takes some milliseconds. */
const TRIES = 101
const CALLS = 300
const LOOK_EVERY_MS = 20
/** The largest backlog may make a thing take so many times as long as the smallest. */
const GROWTH_MAX = 1.3
/** What is quicker than this differs by chance. */
const NOISE_MS = 1.5

/** What was seen with a backlog of some size. */
interface Seen {
  readonly queuedBytes: number
  /** Null where not all were drained. */
  readonly finishedBytes: number | null
  /** Per run of the backlog, while a worker drains it as fast as it can. */
  readonly drainMs: number
  readonly workerCpuMs: number
  readonly redisCpuMs: number
  /** A call of another project that waits for its run meanwhile. */
  readonly newcomerMs: number
  readonly firstPageMs: number
  readonly deepPageMs: number
  readonly tickMs: number
}

/** Whether runs that wait slow down the next ones. */
export const drillBacklog: Drill = async ({ quick, say }) => {
  const sizes = quick ? QUICK_SIZES : SIZES
  const seen: Seen[] = []
  for (const size of sizes) seen.push(await observe(size, say))
  // Against the smallest backlog; what only gets quicker, by chance, has not grown.
  const growth = (value: (each: Seen) => number, noise = 0): number => {
    const [first = 0, ...more] = seen.map((each) => Math.max(value(each), noise))
    return Math.max(...more) / first
  }
  const statement = (what: string, factor: number) => ({
    text: `${what} takes ${factor.toFixed(2)} times as long as with ${SMALLEST} waiting, at most (wanted: ${GROWTH_MAX})`,
    holds: factor <= GROWTH_MAX,
  })
  const pages = [(each: Seen) => each.firstPageMs, (each: Seen) => each.deepPageMs]
  return {
    title: 'Runs that wait in one project, one worker process, a model that answers at once',
    table: {
      head: [
        'runs waiting',
        'bytes of Redis: queued run',
        'finished run',
        'ms per run drained',
        'CPU ms: worker',
        'Redis',
        'run of another project ms',
        'first page ms',
        'deep page ms',
        "janitor's tick ms",
      ],
      rows: seen.map((each, at) => [
        String(sizes[at]),
        each.queuedBytes.toFixed(0),
        each.finishedBytes?.toFixed(0) ?? '-',
        ...[each.drainMs, each.workerCpuMs, each.redisCpuMs].map((ms) => ms.toFixed(3)),
        ...[each.newcomerMs, each.firstPageMs, each.deepPageMs, each.tickMs].map((ms) => ms.toFixed(1)),
      ]),
    },
    statements: [
      statement(
        'a run',
        growth(({ drainMs }) => drainMs),
      ),
      statement(
        'the CPU of a run',
        growth(({ workerCpuMs, redisCpuMs }) => workerCpuMs + redisCpuMs),
      ),
      statement(
        "another project's run",
        growth(({ newcomerMs }) => newcomerMs, NOISE_MS),
      ),
      statement('a page of the list', Math.max(...pages.map((page) => growth(page, NOISE_MS)))),
      statement(
        "the janitor's tick",
        growth(({ tickMs }) => tickMs, NOISE_MS),
      ),
    ],
  }
}

async function observe(size: number, say: (text: string) => void): Promise<Seen> {
  const model = await startModel(0)
  const most = String(2 * size + 100_000)
  const env = { SPLITRUN_QUEUE_MAX: most, SPLITRUN_PROJECT_QUEUE_MAX: most, SPLITRUN_CONCURRENCY: '100' }
  const fleet = await startFleet({ model: modelUrl(model), workers: 0, env })
  const backlog = await openBacklog(fleet, env)
  try {
    const { redis, project } = fleet
    const empty = await redis.used()
    const began = performance.now()
    await backlog.fill(size)
    const seconds = (performance.now() - began) / 1000
    const queuedBytes = ((await redis.used()) - empty) / size
    say(`${size} runs wait, made in ${seconds.toFixed(1)} s, ${queuedBytes.toFixed(0)} bytes each`)
    await redis.quiet()

    const list = `/task/${project.task}/run?page_limit=100`
    const firstPageMs = await timed(() => project.ask(list))
    const deepPageMs = await timed(() => project.ask(`${list}&cursor=${backlog.middle()}`))
    const tickMs = await timed(backlog.tick)

    const newcomer = await fleet.createProject()
    const worker = await fleet.start('worker')
    try {
      const drained = await backlog.keepAt(size, () => drain(backlog, [worker, redis]))
      say(`${WINDOWS * WINDOW} drained, ${drained.drainMs.toFixed(3)} ms each`)
      const call = newcomer.run(fleet.apis[0]?.port ?? 0)
      const calls = await backlog.keepAt(size, () => load(call, { connections: 1, amount: CALLS }))
      const finishedBytes = size > SMALLEST ? null : await finish(backlog, redis, empty)
      const pages = { firstPageMs, deepPageMs, tickMs }
      return { queuedBytes, finishedBytes, ...drained, newcomerMs: calls.p50, ...pages }
    } finally {
      await worker.stop()
    }
  } finally {
    await backlog.close()
    await fleet.stop()
    await model.stop()
  }
}

/** Waits until a worker has drained so many runs, and says what each took. */
async function drain(backlog: Backlog, [worker, redis]: readonly [Measured, Measured]) {
  const until = async (runs: number): Promise<number> => {
    for (;;) {
      const ended = await backlog.ended()
      if (ended >= runs) return ended
      await pause(LOOK_EVERY_MS)
    }
  }
  let ended = await until(WARM)
  const begin = { ended, worker: worker.cpu(), redis: redis.cpu() }
  const windows: number[] = []
  for (let each = 0; each < WINDOWS; each += 1) {
    const [from, at] = [ended, performance.now()]
    ended = await until(from + WINDOW)
    windows.push((performance.now() - at) / (ended - from))
  }
  const perRun = (seconds: number) => (seconds * 1000) / (ended - begin.ended)
  return {
    drainMs: median(windows),
    workerCpuMs: perRun(worker.cpu() - begin.worker),
    redisCpuMs: perRun(redis.cpu() - begin.redis),
  }
}

/** Lets all of it end, and says what Redis keeps of each run then. */
async function finish(backlog: Backlog, redis: BenchRedis, empty: number): Promise<number> {
  while ((await backlog.waiting()) > 0) await pause(LOOK_EVERY_MS)
  await backlog.tick()
  return ((await redis.used()) - empty) / (await backlog.ended())
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let each = 0; each < TRIES; each += 1) {
    const began = performance.now()
    await act()
    times.push(performance.now() - began)
  }
  return median(times)
}
