import { judgeFigure } from '../judge.ts'
import type { Call } from '../load.ts'
import { measure, median } from '../measure.ts'
import { asSubject } from '../subjects.ts'
import { takeTurns } from '../turns.ts'
import type { MeasurePart } from './live.ts'
import { startLiveFleet } from './live-fleet.ts'
import { wordsOf } from './live-latency.ts'

const CHUNKS = 60
/** Between two chunks: a quick model. */
const PAUSE_MS = 10
const TOGETHER = 50
const AMOUNT = 250
const QUICK_AMOUNT = 50
const ROUNDS = 4
const COST_MAX = 2

/** The CPU of a run that is watched beside that of the same run when nobody watches. */
export const measureLiveCost: MeasurePart = async (t, { quick, say }) => {
  const { fleet, model, task } = await startLiveFleet(t)
  model.tell('cost', wordsOf(CHUNKS), { pauseMs: PAUSE_MS, lastMs: 0 })
  const body = { task_input: { text: '[mark:cost]' } }
  const call = fleet.project.run(fleet.apis[0]?.port ?? 0, { task, body })
  const watched: Call = { ...call, headers: { ...call.headers, accept: 'text/event-stream' } }
  const subject = asSubject(fleet)
  const send = (each: Call, amount: number) =>
    measure({ ...subject, call: each }, { connections: TOGETHER, amount })
  const ways = [call, watched, call]
  await takeTurns(ways, 1, (each) => send(each, TOGETHER * 2))
  say(`runs of ${CHUNKS} chunks, watched and not, in turn`)
  const passes = await takeTurns(ways, ROUNDS, (each) => send(each, quick ? QUICK_AMOUNT : AMOUNT))
  const [not = 0, isWatched = 0, again = 0] = passes.map(
    (all) => median(all.map(({ cpuTotal }) => cpuTotal)) / 10,
  )
  const [few = 0, many = 0] = passes.map((all) => median(all.map(({ redis }) => redis?.commands ?? 0)))
  const factor = isWatched / ((not + again) / 2)
  const noise = Math.max(not, again) / Math.min(not, again)
  return {
    rows: [
      [
        `a run of ${CHUNKS} chunks that is watched: CPU ms, commands of Redis`,
        `${isWatched.toFixed(2)}, ${many.toFixed(0)}`,
      ],
      ['one that is not', `${not.toFixed(2)} (again ${again.toFixed(2)}), ${few.toFixed(0)}`],
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
