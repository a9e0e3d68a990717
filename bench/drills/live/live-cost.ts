import { setTimeout as pause } from 'node:timers/promises'
import type { Statement } from '../../drill.ts'
import { taskLike } from '../../fleet.ts'
import { judgeFigure } from '../../judge.ts'
import type { Call, LoadOptions } from '../../load.ts'
import { measure, type Pass } from '../../measure.ts'
import type { Measured } from '../../process.ts'
import { asSubject } from '../../subjects.ts'
import { takeTurns } from '../../turns.ts'
import type { MeasurePart } from './live.ts'
import { startLiveFleet } from './live-fleet.ts'
import { wordsOf } from './live-latency.ts'

const CHUNKS = 60
/** Between two chunks: a quick model. */
const PAUSE_MS = 10
/** Runs begin one after the other, as those of callers do who know nothing of each other: some fifty are under way. */
const SPREAD: Arrivals = {
  ...{ what: 'begun one after the other, 80 a second', rate: 80, connections: 200 },
  ...{ amount: 500, rounds: 8 },
}
/** The same with few under way: fewer share a wake-up. */
const SPARSE: Arrivals = {
  ...{ what: '20 a second', rate: 20, connections: 200 },
  ...{ amount: 200, rounds: 4 },
}
/** Runs that begin in the same moment, and end in the same: each step that one takes serves all of them. */
const IN_STEP: Arrivals = { what: '50 in step', connections: 50, amount: 500, rounds: 4 }
const QUICK_AMOUNT = 50
const QUICK_ROUNDS = 1
/** Until then compiling is most of what differs from pass to pass; more at once, since they take long. */
const WARM = 3000
const WARM_TOGETHER = 200
const IDLE_MS = 5000
const QUICK_IDLE_MS = 1000
const COST_MAX = 2

/** How runs are begun, and how many are measured. */
interface Arrivals extends LoadOptions {
  readonly what: string
  /** A multiple of the ways: each comes as often after each other, since what one leaves behind is collected in the next. */
  readonly rounds: number
}

/**
 * The CPU of a run that is watched beside that of the same run when nobody watches, once with a model that then does not
 * stream, as models do unless they are told to, and once with one that streams all the same: to read its chunks is no
 * matter of who watches. All take the same time, and what the processes take while there is nothing to do is none of a
 * run's. Judged is what it costs with fifty under way that begin one after the other. In step, most of what a run takes
 * that nobody watches is shared; with few, nothing is.
 */
export const measureLiveCost: MeasurePart = async (t, { quick, say }) => {
  const { fleet, model, task } = await startLiveFleet(t)
  const fields = { output_modality: 'text', output_format: undefined, llm_model_id: 'streaming' }
  const { id: streaming } = await fleet.project.ask<{ id: string }>('/task', taskLike('streaming', fields))
  model.tell('cost', wordsOf(CHUNKS), { pauseMs: PAUSE_MS, lastMs: 0 })
  const callOf = (of: string): Call =>
    fleet.project.run(fleet.apis[0]?.port ?? 0, {
      task: of,
      body: { task_input: { text: '[mark:cost]' } },
    })
  const call = callOf(task)
  const watched: Call = { ...call, headers: { ...call.headers, accept: 'text/event-stream' } }
  const ways = [call, watched, callOf(streaming), call]
  const subject = asSubject(fleet)
  const send = (each: Call, options: LoadOptions) => measure({ ...subject, call: each }, options)
  const warm = quick ? { ...IN_STEP, amount: QUICK_AMOUNT } : { connections: WARM_TOGETHER, amount: WARM }
  await takeTurns(ways, 1, (each) => send(each, warm))
  const idle = await idleCpu(subject.processes, quick ? QUICK_IDLE_MS : IDLE_MS)
  async function costsOf({ what, rounds, ...usual }: Arrivals): Promise<Cost[]> {
    say(`runs of ${CHUNKS} chunks, watched and not, in turn: ${what}`)
    const options = quick ? { ...usual, amount: QUICK_AMOUNT } : usual
    const pass = (each: Call) => send(each, options)
    const passes = await takeTurns(ways, quick ? QUICK_ROUNDS : rounds, pass, { rotating: true })
    return passes.map((all) => meanCost(all, idle))
  }
  const spread = await costsOf(SPREAD)
  const sparse = await costsOf(SPARSE)
  const inStep = await costsOf(IN_STEP)
  return {
    rows: [
      ...rowsOf(SPREAD.what, spread),
      ...rowsOf(SPARSE.what, sparse),
      ...rowsOf(IN_STEP.what, inStep),
      [
        'processes with nothing to do, ms in a second: taken off',
        Object.entries(idle)
          .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
          .join(', '),
      ],
    ],
    statements: judgeCosts(spread),
  }
}

/** Rows for costs in the order of the ways. */
function rowsOf(arrivals: string, costs: readonly Cost[]): [string, string][] {
  const base = baseOf(costs).cost
  const names = [
    'one that is not, and whose model does not stream',
    `a run of ${CHUNKS} chunks that is watched, ${arrivals}: CPU ms, commands of Redis`,
    'one that is not watched, though its model streams',
    'the same again',
  ]
  const rows = costs.map(({ own, all, commands }, at): [string, string] => {
    const apart = Object.entries(own).map(([name, ms]) => `${name} ${ms.toFixed(2)}`)
    const figures = `${all.toFixed(2)} (${apart.join(', ')}), ${(all / base).toFixed(2)} times`
    return [names[at] ?? '', `${figures}; ${commands.toFixed(0)}`]
  })
  return [1, 2, 0, 3].flatMap((at) => rows.slice(at, at + 1))
}

function judgeCosts(costs: readonly Cost[]): Statement[] {
  const { cost, noise } = baseOf(costs)
  const [, watched = Number.NaN, streamed = Number.NaN] = costs.map(({ all }) => all)
  const judge = (beside: string, base: number): Statement => {
    const factor = watched / base
    return judgeFigure(
      `a run of ${CHUNKS} chunks that is watched, ${SPREAD.what}, takes ${factor.toFixed(2)} times the CPU of one that nobody watches and whose model ${beside} (wanted: at most ${COST_MAX})`,
      { seen: factor, ofMachine: factor * (noise - 1), wanted: COST_MAX },
      `the same beside itself differed by ${noise.toFixed(2)} times`,
    )
  }
  return [judge('does not stream', cost), judge('streams all the same', streamed)]
}

/** Of the run that nobody watches and whose model does not stream, and how far its two kinds of passes are apart. */
function baseOf(costs: readonly Cost[]): { cost: number; noise: number } {
  const [not = Number.NaN, , , again = Number.NaN] = costs.map(({ all }) => all)
  return { cost: (not + again) / 2, noise: Math.max(not, again) / Math.min(not, again) }
}

/** What a run takes: ms of CPU by process and in all, and commands of Redis. */
interface Cost {
  readonly own: Readonly<Record<string, number>>
  readonly all: number
  readonly commands: number
}

/** The mean over passes, without what the processes take with nothing to do (ms a second). */
function meanCost(passes: readonly Pass[], idle: Readonly<Record<string, number>>): Cost {
  const each = passes.map(({ cpu, load }) => {
    const seconds = load.seconds / load.requests
    return Object.entries(cpu).map(([name, used]) => used / 10 - (idle[name] ?? 0) * seconds)
  })
  const names = Object.keys(passes[0]?.cpu ?? {})
  const own = names.map((name, at) => [name, mean(each.map((costs) => costs[at] ?? 0))] as const)
  return {
    own: Object.fromEntries(own),
    all: own.reduce((sum, [, ms]) => sum + ms, 0),
    commands: mean(passes.map(({ redis }) => redis?.commands ?? 0)),
  }
}

/** Not the median: garbage is collected in some passes only, and belongs to all runs. */
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length

/** What processes take of a CPU while there is nothing to do, in ms for each second, by their names. */
async function idleCpu(processes: readonly Measured[], ms: number): Promise<Record<string, number>> {
  // What came before is added up meanwhile.
  await pause(1000)
  const before = processes.map((each) => each.cpu())
  await pause(ms)
  return Object.fromEntries(
    processes.map((each, at) => [each.name, ((each.cpu() - (before[at] ?? 0)) * 1_000_000) / ms]),
  )
}
