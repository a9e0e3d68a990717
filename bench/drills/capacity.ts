import { cpus } from 'node:os'
import { type Prediction, predict, type Station } from '../capacity-model.ts'
import { CONNECTIONS, SLOW_CONNECTIONS, SLOW_MS } from '../compare.ts'
import type { Drill } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { measure } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { asSubject } from '../subjects.ts'

const CALLS = 8000
const QUICK_CALLS = 2000
/** How far a prediction may be from what is measured. */
const MISS_MAX = 0.2

/** A load on this machine. */
interface Check {
  readonly workers: number
  readonly callers: number
  readonly modelMs: number
}

/** What one run takes is measured under this load, in a fleet of its own. */
const BASE: Check = { workers: 1, callers: CONNECTIONS, modelMs: 0 }
const CHECKS: readonly Check[] = [
  { workers: 1, callers: 1, modelMs: 0 },
  { workers: 1, callers: 4, modelMs: 0 },
  BASE,
  { workers: 2, callers: CONNECTIONS, modelMs: 0 },
  { workers: 3, callers: CONNECTIONS, modelMs: 0 },
  { workers: 1, callers: SLOW_CONNECTIONS, modelMs: SLOW_MS },
]

/** Processes and nodes of Redis that this machine is too small for, each with a core to itself. */
const LARGER = [
  { apis: 1, workers: 1, nodes: 1 },
  { apis: 2, workers: 2, nodes: 1 },
  { apis: 4, workers: 4, nodes: 1 },
  { apis: 8, workers: 8, nodes: 1 },
  { apis: 8, workers: 8, nodes: 3 },
  { apis: 16, workers: 16, nodes: 3 },
  { apis: 32, workers: 32, nodes: 6 },
] as const
const LARGER_MODEL_SECONDS = 2
const CALLERS_PER_API = 4000

/** By process, the seconds of CPU that one run takes of it. */
type Demands = Readonly<Record<'api' | 'worker' | 'redis' | 'generator' | 'model', number>>

/** A small model of the system, held against what is measured here, and asked for what cannot be measured here. */
export const drillCapacity: Drill = async ({ quick, say }) => {
  const calls = quick ? QUICK_CALLS : CALLS
  const { demands } = await observe(BASE, calls)
  const inMs = Object.entries(demands).map(([name, seconds]) => `${name} ${(seconds * 1000).toFixed(2)}`)
  say(`one run takes, in ms of CPU: ${inMs.join(', ')}`)

  const misses: number[] = []
  const checked: string[][] = []
  for (const check of CHECKS) {
    const { workers, callers, modelMs } = check
    const { rps } = await observe(check, calls)
    const workload = { callers, elsewhere: modelMs / 1000, cores: cpus().length }
    const here = predict([...ours(demands, { apis: 1, workers, nodes: 1 }), ...beside(demands)], workload)
    const miss = here.throughput / rps - 1
    misses.push(Math.abs(miss))
    const name = `here: ${workers} workers, ${callers} callers, model ${modelMs} ms`
    checked.push([name, ...shown(here), rps.toFixed(0), `${(miss * 100).toFixed(0)} %`])
    say(`${name}: ${here.throughput.toFixed(0)} calls/s predicted, ${rps.toFixed(0)} measured`)
  }
  const larger = LARGER.map((shape) => {
    const workload = { callers: shape.apis * CALLERS_PER_API, elsewhere: LARGER_MODEL_SECONDS, cores: null }
    const name = `${shape.apis} APIs, ${shape.workers} workers, ${shape.nodes} Redis, model ${LARGER_MODEL_SECONDS} s`
    return [name, ...shown(predict(ours(demands, shape), workload)), '-', '-']
  })
  const worst = Math.max(...misses)
  return {
    title: `What a model of the system predicts, from the CPU that one run takes (ms: ${inMs.join(', ')})`,
    table: {
      head: ['', 'runs/s predicted', 'response ms', 'busiest', 'API, worker, Redis busy', 'measured', 'miss'],
      rows: [...checked, ...larger],
    },
    statements: [
      {
        text: `predictions are within ${(worst * 100).toFixed(0)} % of what is measured (wanted: ${MISS_MAX * 100} %)`,
        holds: worst <= MISS_MAX,
      },
    ],
  }
}

const ours = (demands: Demands, shape: { apis: number; workers: number; nodes: number }): Station[] => [
  { name: 'api', demand: demands.api, processes: shape.apis },
  { name: 'worker', demand: demands.worker, processes: shape.workers },
  { name: 'redis', demand: demands.redis, processes: shape.nodes },
]

/** What runs on this machine as well, and takes its part of each run's time. */
const beside = ({ generator, model }: Demands): Station[] => [
  { name: 'generator', demand: generator, processes: 1 },
  { name: 'model', demand: model, processes: 1 },
]

function shown({ throughput, response, utilisation, bottleneck }: Prediction): string[] {
  const busy = ['api', 'worker', 'redis'].map((name) => `${((utilisation[name] ?? 0) * 100).toFixed(0)} %`)
  return [throughput.toFixed(0), (response * 1000).toFixed(1), bottleneck, busy.join(', ')]
}

async function observe(check: Check, calls: number): Promise<{ rps: number; demands: Demands }> {
  const model = await startModel(check.modelMs)
  const fleet = await startFleet({ model: modelUrl(model), workers: check.workers })
  try {
    const amount = check.callers === 1 ? Math.ceil(calls / 4) : calls
    const subject = asSubject(fleet)
    await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(calls / 3) })
    const before = { generator: process.cpuUsage(), model: model.cpu() }
    const { cpu, load } = await measure(subject, { connections: check.callers, amount })
    const { user, system } = process.cpuUsage(before.generator)
    const of = (name: string) => (cpu[name] ?? 0) / 10_000
    return {
      rps: load.rps,
      demands: {
        ...{ api: of('api'), worker: of('worker'), redis: of('redis') },
        generator: (user + system) / 1e6 / amount,
        model: (model.cpu() - before.model) / amount,
      },
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}
