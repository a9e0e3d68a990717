import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Timings } from '../../src/runs/run.ts'
import { type Answer, type System, useSystem } from '../support/system.ts'

const PHASES = ['queued', 'waiting_on_limit', 'model', 'validate'] as const

describe('where the time of a run went', () => {
  // Some calls fail, so that some runs have pauses, and some have no answer at all.
  const running = useSystem({
    model: { latencyMs: 5, faults: { serverError: 0.3, schemaViolation: 0.2 } },
    env: { SPLITRUN_MODEL_ATTEMPTS: '2' },
  })

  test('is the same in the run, in Server-Timing and, to the microsecond, in the sums of all runs', async () => {
    const system = running()
    const task = await system.createTask()
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, text) =>
        system.call('POST', `/task/${task}/run`, { task_input: { text: `${text}` } }),
      ),
    )
    const runs = answers.map(({ status, body }) => (status === 200 ? body : body.detail.run))
    for (const [at, answer] of answers.entries()) assert.deepEqual(serverTiming(answer), runs[at].timings)

    const sums = await microseconds(system)
    const told = (of: (timings: Timings) => number): number =>
      runs.reduce((sum, { timings }) => sum + Math.round(of(timings) * 1000), 0)
    for (const phase of PHASES)
      assert.equal(
        sums.get(phase),
        told((timings) => timings[phase]),
        phase,
      )
    assert.equal(
      sums.get('overhead'),
      told(({ total, model }) => Math.max(0, total - model)),
    )
    // Whole times are kept by what their callers did: all of these waited.
    assert.equal(
      sums.get('wait'),
      told(({ total }) => total),
    )
  })
})

function serverTiming({ headers }: Answer): Timings {
  const metrics = (headers.get('server-timing') ?? '').split(', ').map((metric) => {
    const [name = '', ms] = metric.split(';dur=')
    return [name, Number(ms)]
  })
  return Object.fromEntries(metrics)
}

/** The sums over all runs that the histograms are shown from, by phase. */
async function microseconds({ core }: System): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  for (const { totals } of await core.rollups.forEver()) {
    for (const [field, value] of totals) {
      const phase = /^us:(.*)/.exec(field)?.[1]
      if (phase) sums.set(phase, (sums.get(phase) ?? 0) + value)
    }
  }
  return sums
}
