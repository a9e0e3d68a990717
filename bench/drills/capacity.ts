import { type Prediction, predict, type Station } from '../capacity-model.ts'
import { CONNECTIONS, SLOW_CONNECTIONS, SLOW_MS } from '../compare.ts'
import type { Drill } from '../drill.ts'
import { judgeFigure } from '../judge.ts'
import { type Load, type Observed, observe } from './observe-load.ts'

const CALLS = 8000
const QUICK_CALLS = 2000
/** How far a prediction may be from what is measured. */
const MISS_MAX = 0.2

/** What one run takes is measured under these two loads, and what all others give is predicted from it. */
const MANY: Load = { workers: 1, callers: CONNECTIONS, modelMs: 0 }
const ALONE: Load = { workers: 1, callers: 1, modelMs: 0 }
const CHECKS: readonly Load[] = [
  { workers: 1, callers: 4, modelMs: 0 },
  { workers: 1, callers: 12, modelMs: 0 },
  { workers: 1, callers: 100, modelMs: 0 },
  { workers: 2, callers: CONNECTIONS, modelMs: 0 },
  { workers: 3, callers: CONNECTIONS, modelMs: 0 },
  { workers: 1, callers: SLOW_CONNECTIONS / 2, modelMs: SLOW_MS },
  { workers: 1, callers: SLOW_CONNECTIONS, modelMs: SLOW_MS },
]

/** Installations that this machine is too small for, each process with a core to itself. */
const LARGER: readonly Shape[] = [
  { apis: 1, workers: 1, nodes: 1 },
  { apis: 2, workers: 2, nodes: 1 },
  { apis: 4, workers: 4, nodes: 1 },
  { apis: 8, workers: 8, nodes: 1 },
  { apis: 8, workers: 8, nodes: 3 },
  { apis: 16, workers: 16, nodes: 3 },
  { apis: 32, workers: 32, nodes: 6 },
]
const LARGER_MODEL_SECONDS = 2
const CALLERS_PER_API = 5000

interface Shape {
  readonly apis: number
  readonly workers: number
  /** Of Redis. */
  readonly nodes: number
}

/** A small model of the system, held against what is measured here, and asked for what cannot be measured here. */
export const drillCapacity: Drill = async ({ quick, say }) => {
  const calls = quick ? QUICK_CALLS : CALLS
  const [many, alone] = [await observe(MANY, calls), await observe(ALONE, calls)]
  const taken = Object.entries(many.cpu).map(
    ([name, seconds]) => `${name} ${inMs(seconds)} (alone ${inMs(alone.cpu[name as keyof Observed['cpu']])})`,
  )
  // What a run that is alone waits for though no process works on it.
  const between = Math.max(0, 1 / alone.rps - Object.values(alone.cpu).reduce((sum, each) => sum + each, 0))
  say(`one run takes, in ms of CPU: ${taken.join(', ')}; and ${inMs(between)} ms on its way`)
  const together = CONNECTIONS / Object.keys(many.cpu).length
  const station = (name: keyof Observed['cpu'], processes: number): Station => ({
    ...{ name, processes, together, demand: many.cpu[name], demandAlone: alone.cpu[name] },
  })
  const stations = ({ apis, workers, nodes }: Shape): Station[] => [
    station('api', apis),
    station('worker', workers),
    station('redis', nodes),
  ]
  // What runs on this machine as well, and takes its part of each run's time.
  const beside = [station('generator', 1), station('model', 1)]

  const misses: number[] = []
  const checked: string[][] = []
  for (const check of CHECKS) {
    const { workers, callers, modelMs } = check
    const { rps, cores } = await observe(check, calls)
    const here = predict([...stations({ apis: 1, workers, nodes: 1 }), ...beside], {
      ...{ callers, elsewhere: between + modelMs / 1000, cores },
    })
    const miss = here.throughput / rps - 1
    misses.push(Math.abs(miss))
    const name = `here: ${workers} workers, ${callers} callers, model ${modelMs} ms`
    checked.push([name, ...shown(here), rps.toFixed(0), `${(miss * 100).toFixed(0)} %`])
    say(
      `${name}: ${here.throughput.toFixed(0)} calls/s predicted, ${rps.toFixed(0)} measured; ${cores.toFixed(1)} cores were free`,
    )
  }
  // The load that all is predicted from, once more: how far the machine is from what it was.
  const again = (await observe(MANY, calls)).rps / many.rps
  const ofMachine = Math.max(again, 1 / again) - 1
  const larger = LARGER.map((shape) => {
    const callers = shape.apis * CALLERS_PER_API
    const workload = { callers, elsewhere: between + LARGER_MODEL_SECONDS, cores: null }
    const name = `${shape.apis} APIs, ${shape.workers} workers, ${shape.nodes} Redis, ${callers} callers, model ${LARGER_MODEL_SECONDS} s`
    return [name, ...shown(predict(stations(shape), workload)), '-', '-']
  })
  const worst = Math.max(...misses)
  return {
    title: `What a model of the system predicts. One run takes, in ms of CPU: ${taken.join(', ')}`,
    table: {
      head: ['', 'runs/s predicted', 'response ms', 'busiest', 'API, worker, Redis busy', 'measured', 'miss'],
      rows: [...checked, ...larger],
    },
    statements: [
      judgeFigure(
        `predictions are within ${inPercent(worst)} % of what is measured (wanted: at most ${inPercent(MISS_MAX)} %)`,
        { seen: worst, ofMachine, wanted: MISS_MAX },
        `the same load again gave ${inPercent(ofMachine)} % more or less`,
      ),
    ],
  }
}

const inPercent = (share: number): string => (share * 100).toFixed(0)
const inMs = (seconds: number): string => (seconds * 1000).toFixed(2)

function shown({ throughput, response, utilisation, bottleneck }: Prediction): string[] {
  const busy = ['api', 'worker', 'redis'].map((name) => `${((utilisation[name] ?? 0) * 100).toFixed(0)} %`)
  return [throughput.toFixed(0), (response * 1000).toFixed(1), bottleneck, busy.join(', ')]
}
