import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SpokenCall, speakModels } from '../support/spoken-model.ts'
import { startSystem, until } from '../support/system.ts'

test('a shadow run that has waited too long is not made, and counted', async (t) => {
  const model = await speakModels(t)
  const patienceMs = 1000
  const env = {
    SPLITRUN_SHADOW_CONCURRENCY: '1',
    SPLITRUN_SHADOW_PATIENCE: `${patienceMs}ms`,
    // Other tests of this process may keep its event loop busy all the time.
    SPLITRUN_SHADOW_BUSY: '1',
    ...model.env,
  }
  const system = await startSystem(t, { env })
  const task = await system.createTask({ llm_model_id: 'spoken', output_modality: 'text' })
  const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'As a shadow.' })
  const shadow = { revision: body.revisions[0].id, share: 1, max_credits_per_day: null }
  await system.call('POST', `/task/${task}/shadow`, shadow)
  const answer = (call: SpokenCall): void => {
    call.say('tea')
    call.end()
  }
  const inHand: SpokenCall[] = []
  void (async () => {
    for (;;) {
      const call = await model.next()
      if (JSON.stringify(call.body).includes('As a shadow.')) inHand.push(call)
      else answer(call)
    }
  })()

  const shown = async (): Promise<{ pairs: number; dropped: Record<string, number> }> =>
    (await system.call('GET', `/task/${task}/shadow`)).body
  const ended = async () => {
    const { pairs, dropped } = await shown()
    return Object.values(dropped).reduce((sum, count) => sum + count, pairs)
  }
  let runs = 0
  const run = async () => {
    runs += 1
    const { status } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.equal(status, 200)
  }
  // On a busy machine the first may be too late itself.
  while (inHand.length === 0) {
    await run()
    await until(async () => inHand.length > 0 || (await ended()) === runs)
  }
  await run()
  await until(async () => (await system.core.shadows.waiting()).waiting === 1)
  const late = Date.now() + patienceMs
  await until(() => Date.now() > late)
  for (const call of inHand) answer(call)
  await until(async () => (await ended()) === runs)
  const { pairs, dropped } = await shown()
  assert.deepEqual([pairs, dropped, inHand.length], [1, { late: runs - 1 }, 1])
})
