import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sharedNow } from '../../src/platform/clock.ts'
import { taskKeys } from '../../src/tasks/task-layout.ts'
import { rolloutCalls } from '../support/rollout-calls.ts'
import { useSystem } from '../support/system.ts'

const QUICK = {
  shares: [0.2, 0.5, 1],
  hold: 0,
  min_runs: 5,
  guards: [{ metric: 'failed', max_increase: 0.3 }],
}

describe('a rollout and its guards', () => {
  // Nobody decides but these tests: there is no worker, and so no janitor.
  const running = useSystem({ workers: 0 })
  const { call, decide, ids, taskWithTwo, storedOf, settle, start } = rolloutCalls(running)

  const STARS = { type: 'number', min: 1, max: 5, good: 'high' }
  const GUARDED = { ...QUICK, guards: [{ metric: 'score:stars', max_decrease: 0.1 }] }

  test('keeps the scores that guard it: what would change or remove one is refused, or supersedes it', async () => {
    const { task, from, to } = await taskWithTwo()
    await call('POST', `/task/${task}`, { scores: { stars: STARS } })
    await start(task, { from, to, ...GUARDED })
    const other = { helpful: { type: 'boolean', good: true } }
    for (const scores of [
      {},
      other,
      { stars: { ...STARS, good: 'low' } },
      { stars: { ...STARS, max: 10 } },
      null,
    ]) {
      const refused = await call('POST', `/task/${task}`, { scores })
      assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'ROLLOUT_RUNNING'])
      const archive = (await call('GET', `/export?task_id=${task}`)).body
      archive.projects[0].tasks[0].scores = scores ?? {}
      const imported = await call('POST', `${running().project}/import?replace=true`, archive)
      assert.equal(imported.status, 409)
    }
    assert.equal((await call('POST', `/task/${task}`, { scores: { stars: STARS, ...other } })).status, 200)
    assert.equal((await call('GET', `/task/${task}/rollout`)).body.status, 'running')
    const superseded = await call('POST', `/task/${task}?supersede=true`, { scores: other })
    assert.equal(superseded.status, 200, JSON.stringify(superseded.body))
    assert.equal((await call('GET', `/task/${task}/rollout`)).body.status, 'superseded')
    assert.equal((await call('POST', `/task/${task}`, { scores: {} })).status, 200)
  })

  test('waits, and says so, where a guard was lost in an earlier version', async () => {
    for (const scores of [{}, { stars: { ...STARS, good: 'low' } as const }]) {
      const { task, from, to } = await taskWithTwo()
      await call('POST', `/task/${task}`, { scores: { stars: STARS } })
      await start(task, { from, to, ...GUARDED })
      const { core } = running()
      const stored = (await core.tasks.read(ids().project, task)) ?? assert.fail()
      const lost = { ...stored.task, scores } as typeof stored.task
      assert.equal(await core.tasks.save(lost, stored.version, null, null), 'saved')
      await settle(task, 60, () => false)
      await decide()
      const { status, body } = await call('GET', `/task/${task}/rollout`)
      assert.deepEqual([status, body.status, body.step], [200, 'running', 0], JSON.stringify(body))
      assert.deepEqual(body.next, { action: 'hold', why: 'guard_lost', metric: 'score:stars' })
      assert.equal((await call('POST', `/task/${task}/rollout/rollback`)).status, 200)
    }
  })

  test('that cannot be looked at keeps none of the others from being decided', async () => {
    const tasks = [await taskWithTwo(), await taskWithTwo(), await taskWithTwo()]
    for (const { task, from, to } of tasks) await start(task, { from, to, max_duration: 1 })
    const order = (await running().core.rollouts.all()).map(({ task }) => task)
    const [first = ''] = order.filter((each) => tasks.some(({ task }) => task === each))
    const { redis } = running().core
    const history = taskKeys(ids().project).trafficHistory(first)
    await redis.rename(history, `${history}:kept`)
    await redis.set(history, 'no list')
    try {
      await decide(sharedNow() + 1000)
    } finally {
      await redis.rename(`${history}:kept`, history)
    }
    for (const { task } of tasks) {
      assert.equal((await storedOf(task)).rollout?.status, task === first ? 'running' : 'paused')
    }
    await decide(sharedNow() + 1000)
    assert.equal((await storedOf(first)).rollout?.status, 'paused')
  })

  test('has its time again when it is resumed: a pause uses none of it', async () => {
    for (const on_stall of ['pause', 'rollback'] as const) {
      const { task, from, to } = await taskWithTwo()
      await start(task, { from, to, ...QUICK, max_duration: 1000, on_stall })
      const { core } = running()
      const { task: known, version } = (await core.tasks.read(ids().project, task)) ?? assert.fail()
      const rollout = known.rollout ?? assert.fail()
      const began = new Date(sharedNow() - 2_000_000).toISOString()
      const old = { ...known, rollout: { ...rollout, began, status: 'paused' as const } }
      assert.equal(await core.tasks.save(old, version, null, null), 'saved')
      const { status, body } = await call('POST', `/task/${task}/rollout/resume`)
      assert.deepEqual([status, body.status, body.began], [200, 'running', began])
      await decide()
      assert.equal((await storedOf(task)).rollout?.status, 'running')
      await decide(sharedNow() + 1_000_000)
      const ended = (await storedOf(task)).rollout
      const expected = on_stall === 'pause' ? 'paused' : 'rolled_back'
      assert.deepEqual([ended?.status, ended?.why], [expected, 'max_duration'])
    }
  })
})
