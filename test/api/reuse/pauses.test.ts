import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completion, playModels } from '../../support/played-models.ts'
import { startSystem } from '../../support/system.ts'

process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'

test('runs that ask the same wait over the pauses that a server asks the first of them for', async (t) => {
  const models = await playModels(t, { busy: {} })
  const system = await startSystem(t, {
    workers: 2,
    env: { SPLITRUN_MODELS_FILE: models.file, SPLITRUN_SHARDS: '3' },
  })
  const wait = { status: 429, headers: { 'retry-after': '2' }, body: { error: { message: 'slow down' } } }
  models.play('word', [wait, wait, completion({ content: '{"answer": "yes", "score": 1}' })])
  const task = await system.createTask({ llm_model_id: 'busy', cache: 600 })
  const runs = await Promise.all(
    Array.from({ length: 20 }, () =>
      system.call('POST', `/task/${task}/run`, { task_input: { text: '[word]' } }),
    ),
  )
  assert.ok(runs.every(({ body }) => body.status === 'succeeded'))
  assert.equal(models.callsOf('word').length, 3)
  assert.equal(runs.filter(({ body }) => body.cached_from === null).length, 1)
})
