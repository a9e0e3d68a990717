import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Timings } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/run-keys.ts'
import { type Answer, type System, useSystem } from '../support/system.ts'

const PHASES = ['queued', 'waiting_on_limit', 'model', 'validate', 'total'] as const

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

    const counted = await microseconds(system)
    for (const phase of PHASES) {
      const told = runs.reduce((sum, { timings }) => sum + Math.round(timings[phase] * 1000), 0)
      assert.equal(counted(phase), told, phase)
    }
  })
})

function serverTiming({ headers }: Answer): Timings {
  const metrics = (headers.get('server-timing') ?? '').split(', ').map((metric) => {
    const [name = '', ms] = metric.split(';dur=')
    return [name, Number(ms)]
  })
  return Object.fromEntries(metrics)
}

/** The sum of a phase over all runs, as the rollups have it: what histograms are shown from. */
async function microseconds({ core: { redis } }: System): Promise<(phase: string) => number> {
  const keys = shardKeys(0)
  const names = await redis.smembers(keys.rollups())
  const totals = await Promise.all(names.map((name) => redis.hgetall(keys.rollup(name))))
  return (phase) => totals.reduce((sum, fields) => sum + Number(fields[`us:${phase}`] ?? 0), 0)
}
