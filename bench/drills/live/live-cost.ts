import { setTimeout as pause } from 'node:timers/promises'
import { taskLike } from '../../fleet.ts'
import { judgeFigure } from '../../judge.ts'
import type { Call } from '../../load.ts'
import { measure, median } from '../../measure.ts'
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
const WARM = 500
const ROUNDS = 4
const IDLE_MS = 5000
const QUICK_IDLE_MS = 1000
const COST_MAX = 2

/**
 * The CPU of a run that is watched beside that of the same run when nobody watches; and between the two, that of one that
 * nobody watches and whose model streams all the same: to read its chunks is no matter of who watches. All take the same
 * time, and what the processes take while there is nothing to do is none of a run's.
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
  const send = (each: Call, amount: number) =>
    measure({ ...subject, call: each }, { connections: TOGETHER, amount })
  const ways = [call, watched, callOf(streaming), call]
  await takeTurns(ways, 1, (each) => send(each, quick ? QUICK_AMOUNT : WARM))
  const idle = await idleCpu(subject.processes, quick ? QUICK_IDLE_MS : IDLE_MS)
  say(`runs of ${CHUNKS} chunks, watched and not, in turn`)
  const passes = await takeTurns(ways, ROUNDS, (each) => send(each, quick ? QUICK_AMOUNT : AMOUNT))
  /** Of one run, in ms. */
  const costs = passes.map((all) =>
    median(all.map(({ cpuTotal, load }) => cpuTotal / 10 - (idle * load.seconds) / load.requests)),
  )
  const [not = 0, isWatched = 0, streamed = 0, again = 0] = costs
  const base = (not + again) / 2
  const [few = 0, many = 0] = passes.map((all) => median(all.map(({ redis }) => redis?.commands ?? 0)))
  const factor = isWatched / base
  const noise = Math.max(not, again) / Math.min(not, again)
  const times = (ms: number): string => `${ms.toFixed(2)}, ${(ms / base).toFixed(2)} times`
  return {
    rows: [
      [
        `a run of ${CHUNKS} chunks that is watched: CPU ms, commands of Redis`,
        `${times(isWatched)}, ${many.toFixed(0)}`,
      ],
      ['one that is not watched, though its model streams', times(streamed)],
      ['one that is not', `${not.toFixed(2)} (again ${again.toFixed(2)}), ${few.toFixed(0)}`],
      ['all processes with nothing to do, in a second: taken off', idle.toFixed(1)],
    ],
    statements: [
      judgeFigure(
        `a run of ${CHUNKS} chunks that is watched takes ${factor.toFixed(2)} times the CPU (wanted: at most ${COST_MAX})`,
        { seen: factor, ofMachine: factor * (noise - 1), wanted: COST_MAX },
        `the same beside itself differed by ${noise.toFixed(2)} times`,
      ),
    ],
  }
}

/** What processes take of a CPU while there is nothing to do, in ms for each second. */
async function idleCpu(processes: readonly Measured[], ms: number): Promise<number> {
  const all = () => processes.reduce((sum, each) => sum + each.cpu(), 0)
  // What came before is added up meanwhile.
  await pause(1000)
  const before = all()
  await pause(ms)
  return ((all() - before) * 1_000_000) / ms
}
