import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe('where too many totals would have to be read', () => {
  const running = useSystem({ env: { SPLITRUN_REPORT_ROLLUPS_MAX: '1' } })

  /** A task with runs, and so totals, of two revisions; the first has the traffic. */
  async function taskWithTotals(): Promise<{ task: string; from: string; to: string }> {
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
    return { task, from, to }
  }

  /** Does it again where it was done beyond the end of an hour: a shadow shows the totals since the hour it began. */
  async function inOneHour(work: () => Promise<void>): Promise<void> {
    const hour = new Date().getHours()
    try {
      await work()
    } catch (error) {
      if (new Date().getHours() === hour) throw error
      await work()
    }
  }

  test('a shadow is begun, shown and ended all the same, without its pairs', () =>
    inOneHour(async () => {
      const { call } = running()
      const { task, to } = await taskWithTotals()
      const body = { revision: to, share: 1, max_credits_per_day: null }
      for (const [method, sent] of [['POST', body], ['GET'], ['DELETE']] as const) {
        const { status, body: shown } = await call(method, `/task/${task}/shadow`, sent)
        assert.deepEqual([status, shown.revision, shown.pairs, shown.dropped], [200, to, null, {}])
      }
      assert.equal((await call('GET', `/task/${task}/shadow`)).body.detail.reason, 'SHADOW_NOT_FOUND')
    }))

  test('a rollout is started, shown and ended all the same, and says what it waits for', async () => {
    const { call } = running()
    const { task, from, to } = await taskWithTotals()
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
