import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decideRollouts } from '../../src/decisions/rollouts/decide-rollouts.ts'
import { sharedNow } from '../../src/platform/clock.ts'
import { newRunId } from '../../src/platform/ids.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import { drawRevision, placeOfRun } from '../../src/tasks/split/draw-revision.ts'
import { moveSlots, type SlotTable } from '../../src/tasks/split/slot-table.ts'
import type { TrafficChange } from '../../src/tasks/split/split.ts'
import { taskKeys } from '../../src/tasks/task-layout.ts'
import { aRequest, aResult, claimed } from '../support/runs.ts'
import { useSystem } from '../support/system.ts'

const FAILURE = { reason: 'MODEL_ERROR', message: 'No.', retryable: false }
const QUICK = {
  shares: [0.2, 0.5, 1],
  hold: 0,
  min_runs: 5,
  guards: [{ metric: 'failed', max_increase: 0.3 }],
}

describe('a rollout', () => {
  // Nobody decides but these tests: there is no worker, and so no janitor.
  const running = useSystem({ workers: 0 })
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)
  const decide = (now = sharedNow()) => {
    const { core } = running()
    const deps = { ...core, reportRollupsMax: core.config.reportRollupsMax }
    return decideRollouts(deps, now, new AbortController().signal)
  }
  const ids = () => {
    const [, , org = '', , project = ''] = running().project.split('/')
    return { org, project }
  }

  async function taskWithTwo(): Promise<{ task: string; from: string; to: string }> {
    const task = await running().createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
    return { task, from, to }
  }
  const storedOf = async (task: string) =>
    (await running().core.tasks.read(ids().project, task))?.task ?? assert.fail('no such task')

  /** Runs that are drawn by the weights of this moment, and end as `fails` says of their revision. */
  async function settle(task: string, count: number, fails: (revision: string) => boolean): Promise<void> {
    const { core } = running()
    const { split } = await storedOf(task)
    for (let run = 0; run < count; run += 1) {
      const id = newRunId(0)
      const request = aRequest({ ...ids(), id, task, ...placeOfRun(id) })
      const revision = drawRevision(split, request.slot ?? 0) ?? ''
      await core.runs.create(request, null, null, { revision, split: split.seq, model: '' })
      const claim = await claimed(core.redis, core.runs, request)
      const result = aResult(fails(revision) ? { status: 'failed', error: FAILURE, response: null } : {})
      await core.runs.settle(claim, result, [], await deltaOfRun(core, request, claim, result, []))
    }
  }
  const historyOf = async (task: string): Promise<TrafficChange[]> =>
    (await call('GET', `/task/${task}/traffic_history`)).body.results
  async function start(task: string, body: object): Promise<void> {
    const { status, body: answer } = await call('POST', `/task/${task}/rollout`, body)
    assert.equal(status, 200, JSON.stringify(answer))
    assert.equal(answer.status, 'running')
  }
  async function checkHistory(task: string): Promise<TrafficChange[]> {
    const history = (await historyOf(task)).toReversed()
    assert.deepEqual(
      history.map(({ seq }) => seq),
      history.map((_, at) => at + 1),
    )
    let table: SlotTable | null = null
    for (const { after } of history) table = moveSlots(table, after)
    assert.deepEqual((await storedOf(task)).split.table, table)
    return history
  }

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
