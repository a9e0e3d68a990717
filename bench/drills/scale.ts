import { setTimeout as pause } from 'node:timers/promises'
import { CONNECTIONS } from '../compare.ts'
import { type Drill, spread } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { measure, median, type Pass } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { startBenchCluster, startBenchRedis } from '../redis.ts'
import { asSubject } from '../subjects.ts'

const CALLS = 6000
const QUICK_CALLS = 2000
/** Per worker process: each compiles what it does often. */
const WARM_UP = 10_000
const ROUNDS = 3
const IDLE_SECONDS = 3
/**
 * CPU per run may differ by so much between one shard and sixteen, or one worker and three. Three workers share the
 * same load, so that each of them wakes up for fewer runs.
 */
const GROWTH_MAX = { shards: 1.15, workers: 1.35 }

interface Shape {
  readonly name: string
  readonly shards: number
  readonly workers: number
  /** Over three nodes of a cluster instead of one Redis. */
  readonly cluster?: boolean
}

const SHAPES: readonly Shape[] = [
  ...[1, 2, 4, 8, 16].map((shards) => ({ name: `${shards} shards`, shards, workers: 1 })),
  ...[2, 3].map((workers) => ({ name: `${workers} workers`, shards: 1, workers })),
  ...[3, 6].map((shards) => ({ name: `cluster of 3, ${shards} shards`, shards, workers: 1, cluster: true })),
]

interface Seen {
  readonly pass: Pass
  /** CPU milliseconds per second of all processes, without any call. */
  readonly idle: number
}

/** What a run costs when it is spread over more shards, of one Redis or a cluster's nodes, and over more workers. */
export const drillScale: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const seen = new Map<Shape, Seen[]>(SHAPES.map((shape) => [shape, []]))
  try {
    for (let round = 1; round <= (quick ? 1 : ROUNDS); round += 1) {
      for (const shape of SHAPES) {
        const here = await observe(shape, modelUrl(model), quick ? QUICK_CALLS : CALLS)
        seen.get(shape)?.push(here)
        say(`round ${round}: ${shape.name}: ${here.pass.cpuTotal.toFixed(2)} CPU s per 10,000`)
      }
    }
  } finally {
    await model.stop()
  }
  const of = (shape: Shape, value: (seen: Seen) => number) => median((seen.get(shape) ?? []).map(value))
  const parts = (pass: Pass, name: string) => pass.cpu[name] ?? 0
  const growth = (kind: 'shards' | 'workers') => {
    const shapes = SHAPES.filter(
      (shape) => !shape.cluster && (kind === 'shards' ? shape.workers : shape.shards) === 1,
    )
    return spread(shapes.map((shape) => of(shape, ({ pass }) => pass.cpuTotal)))
  }
  return {
    title: 'Shards, workers and nodes of Redis, all with one API process on this machine',
    table: {
      head: ['', 'CPU s per 10,000', 'API', 'workers', 'Redis', 'commands a run', 'calls/s', 'idle CPU ms/s'],
      rows: SHAPES.map((shape) => [
        shape.name,
        of(shape, ({ pass }) => pass.cpuTotal).toFixed(2),
        ...['api', 'worker', 'redis'].map((name) => of(shape, ({ pass }) => parts(pass, name)).toFixed(2)),
        of(shape, ({ pass }) => pass.redis?.commands ?? 0).toFixed(0),
        of(shape, ({ pass }) => pass.load.rps).toFixed(0),
        of(shape, ({ idle }) => idle).toFixed(1),
      ]),
    },
    statements: (['shards', 'workers'] as const).map((kind) => ({
      text: `over all numbers of ${kind}, CPU per run is within ${growth(kind).toFixed(2)} times the least (wanted: ${GROWTH_MAX[kind]})`,
      holds: growth(kind) <= GROWTH_MAX[kind],
    })),
  }
}

async function observe({ shards, workers, cluster }: Shape, model: string, calls: number): Promise<Seen> {
  const startRedis = cluster ? startBenchCluster : startBenchRedis
  const fleet = await startFleet({ model, workers, startRedis, env: { SPLITRUN_SHARDS: String(shards) } })
  try {
    const subject = asSubject(fleet)
    await measure(subject, { connections: CONNECTIONS, amount: WARM_UP * workers })
    const pass = await measure(subject, { connections: CONNECTIONS, amount: calls })
    const cpu = () => subject.processes.reduce((sum, each) => sum + each.cpu(), 0)
    const before = cpu()
    await pause(IDLE_SECONDS * 1000)
    return { pass, idle: ((cpu() - before) * 1000) / IDLE_SECONDS }
  } finally {
    await fleet.stop()
  }
}
