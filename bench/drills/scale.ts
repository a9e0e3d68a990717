import { setTimeout as pause } from 'node:timers/promises'
import { CONNECTIONS } from '../compare.ts'
import type { Drill } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { judgeGrowth } from '../judge.ts'
import { measure, median, type Pass } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { startBenchCluster, startBenchRedis } from '../redis.ts'
import { asSubject, type Subject } from '../subjects.ts'
import { growthOf, takeTurns } from '../turns.ts'

const CALLS = 6000
const QUICK_CALLS = 2000
/** The same for all, however many workers share it: an API process that has had more calls takes less for each. */
const WARM_UP = 30_000
const QUICK_WARM_UP = 15_000
const ROUNDS = 5
const QUICK_ROUNDS = 3
const IDLE_SECONDS = 3
/**
 * What a run may take over all numbers of shards, or of workers, against one of them. Workers that share a load wake up
 * for fewer runs each.
 */
const GROWTH_MAX = { shards: 1.15, workers: 1.35 }

interface Shape {
  readonly name: string
  readonly shards: number
  readonly workers: number
  /** Over three nodes of a cluster instead of one Redis. */
  readonly cluster?: boolean
}

const ONE: Shape = { name: '1 shard, 1 worker', shards: 1, workers: 1 }
const AGAIN: Shape = { ...ONE, name: 'the same again' }
const SHARDS = [2, 4, 8, 16].map((shards): Shape => ({ name: `${shards} shards`, shards, workers: 1 }))
const WORKERS = [2, 3].map((workers): Shape => ({ name: `${workers} workers`, shards: 1, workers }))
const CLUSTERS = [3, 6].map(
  (shards): Shape => ({ name: `cluster of 3, ${shards} shards`, shards, workers: 1, cluster: true }),
)
/** The two that are alike far apart, so that whatever changes during a round shows between them. */
const SHAPES: readonly Shape[] = [ONE, ...SHARDS, ...WORKERS, ...CLUSTERS, AGAIN]

/** What a run costs when it is spread over more shards, of one Redis or a cluster's nodes, and over more workers. */
export const drillScale: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const stops = [() => model.stop()]
  try {
    const subjects = new Map<Shape, Subject>()
    for (const shape of SHAPES) {
      const fleet = await start(shape, modelUrl(model))
      stops.push(fleet.stop)
      const subject = asSubject(fleet)
      subjects.set(shape, subject)
      await measure(subject, { connections: CONNECTIONS, amount: quick ? QUICK_WARM_UP : WARM_UP })
      say(`${shape.name}: up and warm`)
    }
    const all = [...subjects.values()]
    const idle = await measureIdle(all)
    const amount = quick ? QUICK_CALLS : CALLS
    const passes = await takeTurns(all, quick ? QUICK_ROUNDS : ROUNDS, async (subject, round) => {
      // It has stood still while the others had their turns.
      await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(amount / 4) })
      const pass = await measure(subject, { connections: CONNECTIONS, amount })
      const shape = SHAPES[all.indexOf(subject)]
      say(`round ${round}: ${shape?.name}: ${pass.cpuTotal.toFixed(2)} CPU s per 10,000`)
      return pass
    })
    return report(passes, idle)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

function start({ shards, workers, cluster }: Shape, model: string) {
  const startRedis = cluster ? startBenchCluster : startBenchRedis
  return startFleet({ model, workers, startRedis, env: { SPLITRUN_SHARDS: String(shards) } })
}

/** CPU milliseconds per second of all processes of each subject, without any call. */
async function measureIdle(subjects: readonly Subject[]): Promise<number[]> {
  const used = () => subjects.map(({ processes }) => processes.reduce((sum, each) => sum + each.cpu(), 0))
  const before = used()
  await pause(IDLE_SECONDS * 1000)
  return used().map((cpu, at) => ((cpu - (before[at] ?? 0)) * 1000) / IDLE_SECONDS)
}

function report(passes: readonly Pass[][], idle: readonly number[]) {
  const of = (at: number, value: (pass: Pass) => number) => median((passes[at] ?? []).map(value))
  const totals = (shape: Shape) => (passes[SHAPES.indexOf(shape)] ?? []).map(({ cpuTotal }) => cpuTotal)
  const growth = (shapes: readonly Shape[]) =>
    growthOf({ same: [totals(ONE), totals(AGAIN)], others: shapes.map(totals) })
  return {
    title: 'Shards, workers and nodes of Redis, all with one API process on this machine',
    table: {
      head: ['', 'CPU s per 10,000', 'API', 'workers', 'Redis', 'commands a run', 'calls/s', 'idle CPU ms/s'],
      rows: SHAPES.map(({ name }, at) => [
        name,
        of(at, ({ cpuTotal }) => cpuTotal).toFixed(2),
        ...['api', 'worker', 'redis'].map((part) => of(at, ({ cpu }) => cpu[part] ?? 0).toFixed(2)),
        of(at, ({ redis }) => redis?.commands ?? 0).toFixed(0),
        of(at, ({ load }) => load.rps).toFixed(0),
        (idle[at] ?? 0).toFixed(1),
      ]),
    },
    statements: [
      judgeGrowth('CPU of a run over more shards, against one', growth(SHARDS), GROWTH_MAX.shards),
      judgeGrowth('CPU of a run over more workers, against one', growth(WORKERS), GROWTH_MAX.workers),
    ],
  }
}
