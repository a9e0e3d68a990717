import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sharedNow } from '../../src/platform/clock.ts'
import { newRunId } from '../../src/platform/ids.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import { drawRevision, placeOfRun } from '../../src/tasks/split/draw-revision.ts'
import { rolloutCalls } from '../support/rollout-calls.ts'
import { aRequest, aResult, claimed } from '../support/runs.ts'
import { useSystem } from '../support/system.ts'

const QUICK = {
  shares: [0.2, 0.5, 1],
  hold: 0,
  min_runs: 5,
  guards: [{ metric: 'failed', max_increase: 0.3 }],
}

describe('a rollout', () => {
  // Nobody decides but these tests: there is no worker, and so no janitor.
  const running = useSystem({ workers: 0 })
  const { call, decide, ids, taskWithTwo, storedOf, settle, historyOf, start, checkHistory } =
    rolloutCalls(running)

  test('of a revision that is as good goes on step by step and completes, however many decide at once', async () => {
    const { task, from, to } = await taskWithTwo()
    await start(task, { from, to, ...QUICK })
    await decide()
    assert.equal((await call('GET', `/task/${task}/rollout`)).body.next.why, 'min_runs')
    for (let round = 0; round < 40; round += 1) {
      if ((await storedOf(task)).rollout?.status !== 'running') break
      await settle(task, 20, () => false)
      await Promise.all([decide(), decide(), decide()])
    }
    const { rollout, active_revisions } = await storedOf(task)
    assert.deepEqual([rollout?.status, rollout?.why], ['completed', 'safe'])
    assert.deepEqual(
      active_revisions.filter(({ weight }) => weight > 0).map((each) => each.task_revision_id),
      [to],
    )
    const history = await checkHistory(task)
    assert.deepEqual(
      history.map(({ reason, evidence }) => [reason, evidence?.['action']]),
      [
        ['created', undefined],
        ['rollout', 'start'],
        ['rollout', 'advance'],
        ['rollout', 'complete'],
      ],
    )
    await decide()
    const entries = async () => (await running().core.rollouts.all()).filter((each) => each.task === task)
    assert.equal((await entries()).length, 1, 'it may be that it has not begun')
    await decide(sharedNow() + 60_001)
    assert.deepEqual(await entries(), [])
  })

  test('of a revision that fails is rolled back to the identical table, after few of its runs', async () => {
    const { task, from, to } = await taskWithTwo()
    const before = (await storedOf(task)).split.table
    await start(task, { from, to, ...QUICK, guards: [{ metric: 'failed', max_increase: 0.02 }] })
    for (let round = 0; round < 20; round += 1) {
      if ((await storedOf(task)).rollout?.status !== 'running') break
      await settle(task, 10, (revision) => revision === to)
      await Promise.all([decide(), decide()])
    }
    const shown = (await call('GET', `/task/${task}/rollout`)).body
    assert.deepEqual(
      [shown.status, shown.why, shown.metric, shown.share],
      ['rolled_back', 'harm', 'failed', 0],
    )
    const stored = await storedOf(task)
    assert.equal(JSON.stringify(stored.split.table), JSON.stringify(before))
    const history = await checkHistory(task)
    const last = history.at(-1)
    assert.deepEqual([last?.by, last?.evidence?.['action']], ['rollout', 'rollback'])
    assert.ok(Number(last?.evidence?.['runs']) <= 12, JSON.stringify(last?.evidence))
  })

  test('of a revision that hangs is rolled back as one that fails, once its runs are not done in time', async () => {
    const { task, from, to } = await taskWithTwo()
    const guards = [{ metric: 'failed', max_increase: 0.02 }]
    await start(task, { from, to, ...QUICK, guards, done_within: 30 })
    const { core } = running()
    const { split } = await storedOf(task)
    const left = new Map([
      [from, 6],
      [to, 6],
    ])
    for (;;) {
      const id = newRunId(0)
      const request = aRequest({ ...ids(), id, task, ...placeOfRun(id) })
      const revision = drawRevision(split, request.slot ?? 0) ?? ''
      const more = left.get(revision) ?? 0
      if ([...left.values()].every((each) => each === 0)) break
      if (more === 0) continue
      left.set(revision, more - 1)
      await core.runs.create(request, null, null, { revision, split: split.seq, model: '' })
      const claim = await claimed(core.redis, core.runs, request)
      if (revision === to) continue
      const delta = await deltaOfRun(core, request, claim, aResult(), [])
      await core.runs.settle(claim, aResult(), [], delta)
    }
    await decide(sharedNow() + 30_000)
    assert.equal(
      (await storedOf(task)).rollout?.status,
      'running',
      'up to the bound of its bucket it is in time',
    )
    await decide(sharedNow() + 42_000)
    const { rollout } = await storedOf(task)
    assert.deepEqual([rollout?.status, rollout?.why, rollout?.metric], ['rolled_back', 'harm', 'failed'])
  })

  test('decides about the weights alone: other changes are refused, or supersede it', async () => {
    const { task, from, to } = await taskWithTwo()
    await start(task, { from, to, ...QUICK })
    const active_revisions = [{ task_revision_id: to, weight: 1 }]
    for (const [path, body] of [
      [`/task/${task}`, { active_revisions }],
      [`/task/${task}`, { activate: true }],
      [`/task/${task}/traffic_history/1/restore`, undefined],
      [`/task/${task}/rollout`, { from, to }],
    ] as const) {
      const refused = await call('POST', path, body)
      assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'ROLLOUT_RUNNING'], path)
    }
    const archive = (await call('GET', `/export?task_id=${task}`)).body
    archive.projects[0].tasks[0].active_revisions = active_revisions
    assert.equal((await call('POST', `${running().project}/import?replace=true`, archive)).status, 409)
    assert.equal((await call('POST', `/task/${task}`, { description: 'no weights' })).status, 200)
    assert.equal((await call('POST', `/task/${task}?supersede=true`, { active_revisions })).status, 200)
    assert.equal((await call('GET', `/task/${task}/rollout`)).body.status, 'superseded')
    await decide()
    assert.deepEqual((await storedOf(task)).active_revisions, active_revisions)
  })

  test('is paused, resumed, rolled back and completed by hand; what is over stays so', async () => {
    const { task, from, to } = await taskWithTwo()
    const steer = async (action: string) => {
      const { status, body } = await call('POST', `/task/${task}/rollout/${action}`)
      return status === 200 ? body.status : body.detail.reason
    }
    assert.equal(await steer('pause'), 'ROLLOUT_NOT_FOUND')
    await start(task, { from, to, ...QUICK })
    assert.equal(await steer('resume'), 'ROLLOUT_NOT_RUNNING')
    assert.equal(await steer('pause'), 'paused')
    // So many that it cannot be by chance that the new revision draws too few of them.
    await settle(task, 150, () => false)
    await decide()
    assert.equal((await storedOf(task)).rollout?.step, 0)
    assert.equal(await steer('resume'), 'running')
    await decide()
    assert.equal((await storedOf(task)).rollout?.step, 1)
    assert.equal(await steer('rollback'), 'rolled_back')
    for (const action of ['pause', 'resume', 'rollback', 'complete']) {
      assert.equal(await steer(action), 'ROLLOUT_NOT_RUNNING')
    }
    await start(task, { from, to, ...QUICK })
    assert.equal(await steer('complete'), 'completed')
    await checkHistory(task)
  })

  test('is refused for revisions and guards that it cannot work with', async () => {
    const { task, from, to } = await taskWithTwo()
    const cases: [object, unknown[]][] = [
      [{ from: to, to: from }, ['body', 'from']],
      [{ from, to: from }, ['body', 'to']],
      [{ from, to: task }, ['body', 'to']],
      [{ from, to, shares: [0.5, 0.2, 1] }, ['body', 'shares']],
      [{ from, to, shares: [0.5, 0.9] }, ['body', 'shares']],
      [{ from, to, shares: [1] }, ['body', 'shares']],
      [{ from, to, guards: [{ metric: 'latency', max_increase: 0.1 }] }, ['body', 'guards', 0]],
      [{ from, to, guards: [{ metric: 'failed' }] }, ['body', 'guards', 0]],
      [{ from, to, guards: [{ metric: 'score:other', max_decrease: 0.1 }] }, ['body', 'guards', 0, 'metric']],
      [{ from, to, guards: [] }, ['body', 'guards']],
    ]
    for (const [body, loc] of cases) {
      const refused = await call('POST', `/task/${task}/rollout`, body)
      assert.equal(refused.status, 422, JSON.stringify(body))
      assert.deepEqual(refused.body.detail[0].loc, loc, JSON.stringify(body))
    }
    assert.equal((await call('GET', `/task/${task}/rollout`)).body.detail.reason, 'ROLLOUT_NOT_FOUND')
    assert.equal((await historyOf(task)).length, 1)
  })
})
