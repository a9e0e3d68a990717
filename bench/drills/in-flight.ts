import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { type Member, startFleet } from '../fleet.ts'
import { load } from '../load.ts'
import { modelUrl, startModel } from '../model-process.ts'

const RUNS = 5000
const QUICK_RUNS = 500
const MODEL_MS = 20_000
/** Calls a second: all have begun well before the first one ends. */
const RATE = 300

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
    const before = await fleet.settled()
    const seen = await load(fleet.call, { connections: runs, amount: runs, rate: RATE })
    over = true
    await watching
    const settled = (await fleet.settled()) - before
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
    return {
      title: `${runs} runs in flight on one API and one worker process, the model taking ${MODEL_MS / 1000} s`,
      table: {
        head: ['', 'at once', 'MB idle', 'MB at most', 'kB per run', 'longest stall ms'],
        rows: [row('API: calls held', 0, peak.calls), row('worker: runs', 1, peak.runs)],
      },
      statements: [
        { text: `all ${settled} of ${runs} accepted runs settled`, holds: settled === runs },
        {
          text: `${peak.runs} runs were in hand at once, and ${peak.calls} calls held`,
          holds: peak.runs === runs && peak.calls === runs,
        },
        {
          text: `the slowest hundredth of the calls took ${(seen.p99 - MODEL_MS).toFixed(0)} ms more than the model (p50 ${(seen.p50 - MODEL_MS).toFixed(0)} ms)`,
          holds: seen.p99 - MODEL_MS < 1000,
        },
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}
