import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe('in the fleet', () => {
  const running = useSystem({ env: { SPLITRUN_JANITOR_INTERVAL: '0.2s' } })

  test('rounds of the janitor decide: a stalled rollout is paused', async () => {
    const { createTask, call } = running()
    const task = await createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
    await call('POST', `/task/${task}/rollout`, { from, to, max_duration: 0.001 })
    for (;;) {
      const { status, why } = (await call('GET', `/task/${task}/rollout`)).body
      if (status === 'paused') {
        assert.equal(why, 'max_duration')
        break
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
