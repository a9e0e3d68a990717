import { setTimeout as pause } from 'node:timers/promises'
import type { Statement } from '../../drill.ts'
import { taskLike } from '../../fleet.ts'
import { judgeFigure } from '../../judge.ts'
import type { Call } from '../../load.ts'
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
const TOGETHER = 50
const AMOUNT = 500
const QUICK_AMOUNT = 50
const QUICK_ROUNDS = 2
/** Until then compiling is most of what differs from pass to pass; more at once, since they take long. */
const WARM = 3000
const WARM_TOGETHER = 200
/** A multiple of the ways: each comes as often after each other, since what one leaves behind is collected in the next. */
const ROUNDS = 8
const IDLE_MS = 5000
const QUICK_IDLE_MS = 1000
const COST_MAX = 2

/**
 * The CPU of a run that is watched beside that of the same run when nobody watches, once with a model that then does not
 * stream, as models do unless they are told to, and once with one that streams all the same: to read its chunks is no
 * matter of who watches. All take the same time, and what the processes take while there is nothing to do is none of a
 * run's.
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
  const subject = asSubject(fleet)
  const send = (each: Call, amount: number, connections = TOGETHER) =>
    measure({ ...subject, call: each }, { connections, amount })
  const ways = [call, watched, callOf(streaming), call]
  await takeTurns(ways, 1, (each) => (quick ? send(each, QUICK_AMOUNT) : send(each, WARM, WARM_TOGETHER)))
  const idle = await idleCpu(subject.processes, quick ? QUICK_IDLE_MS : IDLE_MS)
  say(`runs of ${CHUNKS} chunks, watched and not, in turn`)
  const rounds = quick ? QUICK_ROUNDS : ROUNDS
  const passes = await takeTurns(ways, rounds, (each) => send(each, quick ? QUICK_AMOUNT : AMOUNT), {
    rotating: true,
  })
  /** Of one run, in ms, by process and in all. */
  const costOf = ({ cpu, cpuTotal, load }: Pass) => {
    const seconds = load.seconds / load.requests
    const ofNothing = Object.values(idle).reduce((sum, each) => sum + each, 0)
    const own = Object.entries(cpu).map(
      ([name, used]) => [name, used / 10 - (idle[name] ?? 0) * seconds] as const,
    )
    return { own: Object.fromEntries(own), all: cpuTotal / 10 - ofNothing * seconds }
  }
  const costs = passes.map((all) => all.map(costOf))
  const [not = [], isWatched = [], streamed = [], again = []] = costs
  const allOf = (of: readonly Cost[]) => mean(of.map(({ all }) => all))
  const base = allOf([...not, ...again])
  const commandsOf = (at: number) => mean((passes[at] ?? []).map(({ redis }) => redis?.commands ?? 0))
  const noise = Math.max(allOf(not), allOf(again)) / Math.min(allOf(not), allOf(again))
  const row = (what: string, of: readonly Cost[], at: number): [string, string] => {
    const apart = Object.keys(of[0]?.own ?? {}).map(
      (name) => `${name} ${mean(of.map(({ own }) => own[name] ?? 0)).toFixed(2)}`,
    )
    const all = allOf(of)
    return [
      what,
      `${all.toFixed(2)} (${apart.join(', ')}), ${(all / base).toFixed(2)} times; ${commandsOf(at).toFixed(0)}`,
    ]
  }
  const judge = (beside: string, cost: number): Statement => {
    const factor = allOf(isWatched) / cost
    return judgeFigure(
      `a run of ${CHUNKS} chunks that is watched takes ${factor.toFixed(2)} times the CPU of one that nobody watches and whose model ${beside} (wanted: at most ${COST_MAX})`,
      { seen: factor, ofMachine: factor * (noise - 1), wanted: COST_MAX },
      `the same beside itself differed by ${noise.toFixed(2)} times`,
    )
  }
  return {
    rows: [
      row(`a run of ${CHUNKS} chunks that is watched: CPU ms, commands of Redis`, isWatched, 1),
      row('one that is not watched, though its model streams', streamed, 2),
      row('one that is not, and whose model does not stream', not, 0),
      row('the same again', again, 3),
      [
        'processes with nothing to do, ms in a second: taken off',
        Object.entries(idle)
          .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
          .join(', '),
      ],
    ],
    statements: [judge('does not stream', base), judge('streams all the same', allOf(streamed))],
  }
}

/** Not the median: garbage is collected in some passes only, and belongs to all runs. */
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length

/** What a run takes, in ms of CPU. */
interface Cost {
  readonly own: Readonly<Record<string, number>>
  readonly all: number
}

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
