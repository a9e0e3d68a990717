import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { type Member, startFleet } from '../fleet.ts'
import { judgeFigure, unclear } from '../judge.ts'
import { load } from '../load.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { shareWaited } from '../process.ts'

const RUNS = 5000
const QUICK_RUNS = 500
const MODEL_MS = 20_000
/** Calls a second: all have begun well before the first one ends. */
const RATE = 300
/** What the slowest hundredth of the calls may take beyond the model. */
const LATE_MAX_MS = 1000

/** Many runs in flight at once, on one API process that holds their calls and one worker process. */
export const drillInFlight: Drill = async ({ quick, say }) => {
  const runs = quick ? QUICK_RUNS : RUNS
  const model = await startModel(MODEL_MS)
  const env = { SPLITRUN_CONCURRENCY: String(runs), SPLITRUN_MODEL_TIMEOUT: '60s' }
  const fleet = await startFleet({ model: modelUrl(model), watched: true, env })
  try {
    const [api, worker] = [fleet.apis[0] as Member, fleet.workers[0] as Member]
    say('a first run, so that all code is loaded')
    await load(fleet.call, { connections: 1, amount: 1 })
    const idle = [api, worker].map((each) => each.memory())
    for (const each of [api, worker]) await each.own.stall()

    say(`${runs} runs begin`)
    const peak = { runs: 0, calls: 0, memory: [0, 0] }
    let over = false
    const watching = (async () => {
      while (!over) {
        peak.runs = Math.max(peak.runs, await worker.own.read('splitrun_active_runs'))
        peak.calls = Math.max(peak.calls, await api.own.read('splitrun_waiting_calls'))
        for (const [at, each] of [api, worker].entries()) {
          peak.memory[at] = Math.max(peak.memory[at] ?? 0, each.memory())
        }
        await pause(500)
      }
    })()
    const waiting = shareWaited([api, worker, fleet.redis])
    const before = await fleet.settled()
    const seen = await load(fleet.call, { connections: runs, amount: runs, rate: RATE })
    over = true
    await watching
    const settled = (await fleet.settled()) - before
    const share = waiting()
    const stalls = [await api.own.stall(), await worker.own.stall()]
    const row = (name: string, at: 0 | 1, held: number) => {
      const more = (peak.memory[at] ?? 0) - (idle[at] ?? 0)
      return [
        name,
        String(held),
        ((idle[at] ?? 0) / 1e6).toFixed(0),
        ((peak.memory[at] ?? 0) / 1e6).toFixed(0),
        (more / runs / 1000).toFixed(1),
        (stalls[at] ?? 0).toFixed(0),
      ]
    }
    const late = seen.p99 - MODEL_MS
    // No later than this.
    const begunAfter = seen.seconds * 1000 - MODEL_MS
    const allAtOnce = peak.runs === runs && peak.calls === runs
    const atOnce = `${peak.runs} runs were in hand at once, and ${peak.calls} calls held`
    return {
      title: `${runs} runs in flight on one API and one worker process, the model taking ${MODEL_MS / 1000} s`,
      table: {
        head: ['', 'at once', 'MB idle', 'MB at most', 'kB per run', 'longest stall ms'],
        rows: [row('API: calls held', 0, peak.calls), row('worker: runs', 1, peak.runs)],
      },
      statements: [
        { text: `all ${settled} of ${runs} accepted runs settled`, holds: settled === runs },
        begunAfter < MODEL_MS || allAtOnce
          ? { text: atOnce, holds: allAtOnce }
          : unclear(atOnce, `the last call was sent after ${(begunAfter / 1000).toFixed(1)} s`),
        judgeFigure(
          `the slowest hundredth of the calls took ${late.toFixed(0)} ms more than the model (p50 ${(seen.p50 - MODEL_MS).toFixed(0)} ms, wanted: at most ${LATE_MAX_MS})`,
          { seen: late, ofMachine: share * late, wanted: LATE_MAX_MS },
          `no core was free for ${(share * 100).toFixed(0)} % of the time in which its processes could have worked`,
        ),
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}
