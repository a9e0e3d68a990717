import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteVerdicts } from '../../src/decisions/verdicts/note-verdicts.ts'
import { sharedNow } from '../../src/platform/clock.ts'
import { writeModels } from '../support/models.ts'
import { startSystem, until } from '../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }

test('metrics say what comparisons do, from pairs with a shadow, too, until there is nothing to compare', async (t) => {
  const price = { input: 1, output: 1 }
  const system = await startSystem(t, {
    env: {
      SPLITRUN_METRICS_CACHE: '0',
      SPLITRUN_MODEL_ATTEMPTS: '1',
      SPLITRUN_MODELS_FILE: await writeModels(t, {
        good: { price },
        bad: { price, faults: { serverError: 1 } },
      }),
    },
  })
  const { call, core, url } = system
  const task = await system.createTask({ llm_model_id: 'good' })
  const made = await call('POST', `/task/${task}`, { llm_model_id: 'bad' })
  const [b] = made.body.revisions.map(({ id }: { id: string }) => id)
  await call('POST', `/task/${task}/shadow`, { revision: b, share: 1, max_credits_per_day: 1 })
  for (let run = 0; run < 30; run += 1) await call('POST', `/task/${task}/run`, INPUT)
  await until(async () => (await call('GET', `/task/${task}/shadow`)).body.pairs === 30)

  /** A worker may have done it within the last period already. */
  const note = async () => {
    const verdicts = { ...core.verdicts, isDue: async () => true }
    await noteVerdicts({ ...core, ...core.config, verdicts }, sharedNow(), new AbortController().signal)
  }
  const lines = async (name: string): Promise<string[]> =>
    (await (await fetch(`${url}/metrics`)).text())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(b))
  await note()
  const verdicts = await lines('splitrun_comparison_verdict')
  assert.equal(verdicts.length, 5)
  const failed = verdicts.find((line) => line.includes('metric="failed"')) ?? ''
  assert.match(failed, /of="shadow".*verdict="worse".* 1$/)
  const differences = await lines('splitrun_comparison_difference')
  assert.ok(
    differences.some((line) => /metric="failed".*bound="estimate".* 1$/.test(line)),
    differences.join('\n'),
  )
  assert.match((await lines('splitrun_shadow_runs_total')).join('\n'), /end="paired"} 30$/)
  assert.match((await lines('splitrun_shadow_share')).join('\n'), / 1$/)

  await call('DELETE', `/task/${task}/shadow`)
  await until(async () => {
    await note()
    return (await lines('splitrun_comparison_verdict')).length === 0
  })
})
