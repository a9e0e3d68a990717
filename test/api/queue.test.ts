import assert from 'node:assert/strict'
import { test } from 'node:test'
import { speakModels } from '../support/spoken-model.ts'
import { startSystem, until } from '../support/system.ts'

test('the queue of a project shows what waits, what is held, what runs, and for which model', async (t) => {
  const model = await speakModels(t, { spoken: {}, other: {} })
  const env = { ...model.env, SPLITRUN_CONCURRENCY: '2', SPLITRUN_LANE_WINDOW: '3' }
  const system = await startSystem(t, { env })
  const queue = async () => (await system.call('GET', '/queue')).body
  const none = { queued: 0, held: 0, running: 0, oldest_age: null, workers: 1, by_model: [], limits: [] }
  await until(async () => (await queue()).workers === 1)
  assert.deepEqual(await queue(), none)

  const task = await system.createTask({ llm_model_id: 'spoken' })
  for (let run = 0; run < 8; run += 1) {
    await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
  }
  await until(async () => (await queue()).running === 2)
  const { oldest_age, ...busy } = await queue()
  assert.deepEqual(busy, {
    ...{ queued: 6, held: 3, running: 2, workers: 1 },
    by_model: [{ model: 'spoken', queued: 6, held: 3, running: 2 }],
    limits: [],
  })
  assert.ok(oldest_age > 0 && oldest_age < 60)

  // Another project sees nothing of it.
  const other = await system.createProject()
  const seen = await system.call('GET', `${other.project}/queue`, undefined, { token: other.token })
  assert.deepEqual(seen.body, none)
  for (let run = 0; run < 8; run += 1) {
    const call = await model.next()
    call.say('{"answer": "tea", "score": 1}')
    call.end()
  }
  await until(async () => (await queue()).running + (await queue()).queued === 0)
})
