import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe('a rollout of which too much would have to be read', () => {
  const running = useSystem({ env: { SPLITRUN_REPORT_ROLLUPS_MAX: '1' } })

  test('is started, shown and ended all the same, and says what it waits for', async () => {
    const { createTask, call } = running()
    const task = await createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
    for (const revision of [from, to]) {
      const active_revisions = [{ task_revision_id: revision, weight: 1 }]
      assert.equal((await call('POST', `/task/${task}`, { active_revisions })).status, 200)
      const run = await call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
      assert.equal(run.status, 200, JSON.stringify(run.body))
    }
    await call('POST', `/task/${task}/traffic_history/1/restore`)
    const steps: [string, string, string][] = [
      ['POST', '', 'running'],
      ['GET', '', 'running'],
      ['POST', '/pause', 'paused'],
      ['POST', '/resume', 'running'],
      ['POST', '/rollback', 'rolled_back'],
    ]
    for (const [method, path, expected] of steps) {
      const plan = method === 'POST' && path === '' ? { from, to } : undefined
      const { status, body: shown } = await call(method, `/task/${task}/rollout${path}`, plan)
      assert.deepEqual([status, shown.status], [200, expected], JSON.stringify(shown))
      const why = expected === 'running' ? 'too_many_totals' : 'not_running'
      assert.equal(shown.next.why, why)
    }
  })
})
