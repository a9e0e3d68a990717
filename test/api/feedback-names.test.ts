import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useSystem } from '../support/system.ts'

const running = useSystem({ env: { SPLITRUN_SCORES_MAX: '3' } })

test('feedback on a run has so many names at most, whatever its task has declared one after the other', async () => {
  const system = running()
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  const path = `/task/${task}/run/${body.id}/feedback`
  const say = async (names: readonly string[]) => {
    const declared = names.map((name) => [name, { type: 'boolean', good: true }])
    await system.call('POST', `/task/${task}`, { scores: Object.fromEntries(declared) })
    const scores = Object.fromEntries(names.map((name) => [name, true]))
    return (await system.call('POST', path, { scores })).status
  }
  for (let at = 0; at < 99; at += 3) assert.equal(await say([0, 1, 2].map((more) => `n${at + more}`)), 200)
  assert.equal(await say(['n99', 'one_more']), 422)
  assert.equal(await say(['n99']), 200)
  assert.equal(await say(['n100']), 422)
  assert.equal(Object.keys((await system.call('GET', path)).body.scores).length, 100)
})
