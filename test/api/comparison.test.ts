import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newRunId } from '../../src/platform/ids.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import type { RunRequest } from '../../src/runs/run.ts'
import { drawRevision, placeOfRun } from '../../src/tasks/split/draw-revision.ts'
import { aRequest, aResult, claimed } from '../support/runs.ts'
import { type System, startSystem, useSystem } from '../support/system.ts'

describe('the comparison of revisions', () => {
  const running = useSystem({ env: { SPLITRUN_SHARDS: '3' } })
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)

  async function taskWithTwo(
    { createTask, call: ask }: System = running(),
  ): Promise<{ task: string; a: string; b: string }> {
    const task = await createTask()
    const { body } = await ask('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    await ask('POST', `/task/${task}`, {
      active_revisions: [
        { task_revision_id: a, weight: 1 },
        { task_revision_id: b, weight: 1 },
      ],
    })
    return { task, a, b }
  }

  test('counts drawn runs of real workers on all shards, and says what it leaves out', async () => {
    const { task, a, b } = await taskWithTwo()
    const body = { task_input: { text: 'tea' } }
    const runs = await Promise.all(Array.from({ length: 30 }, () => call('POST', `/task/${task}/run`, body)))
    for (const revision of [a, b, b]) await call('POST', `/task/${task}/run?revision_id=${revision}`, body)
    const { status, body: found } = await call('GET', `/task/${task}/comparison`)
    assert.equal(status, 200, JSON.stringify(found))
    const drawnB = runs.filter((run) => run.body.task_revision_id === b).length
    assert.ok(runs.every((run) => run.body.split === 2))
    assert.equal(found.baseline, a)
    assert.deepEqual(found.excluded, { pinned: 3, fallback_asked: 0, shadow: 0, repeated: 0 })
    assert.deepEqual(
      found.revisions.map(({ task_revision_id, runs: n, share, name }: Record<string, unknown>) => [
        task_revision_id,
        n,
        share,
        name,
      ]),
      [[b, drawnB, 0.5, 'B']],
    )
    assert.deepEqual([found.unit, found.splits, found.sample_ratio.alarm], ['run', 1, false])
    assert.match(found.summary, /^Undecided whether B fails more or less often: /)
    const reversed = await call('GET', `/task/${task}/comparison?baseline=${b}&primary=latency`)
    assert.deepEqual([reversed.body.baseline, reversed.body.revisions[0].runs], [b, 30 - drawnB])
  })

  test('finds what fails more often, in a sentence; and changes nothing by looking', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const { task, a, b } = await taskWithTwo(system)
    const { core } = system
    const [, , org = '', , project = ''] = system.project.split('/')
    const stored = await core.tasks.read(project, task)
    const split = stored?.task.split ?? assert.fail('no such task')
    const requests = Array.from({ length: 300 }, (): RunRequest => {
      const id = newRunId(0)
      return aRequest({ id, org, project, task, ...placeOfRun(id) })
    })
    for (const [at, request] of requests.entries()) {
      const revision = drawRevision(split, request.slot ?? 0) ?? ''
      const isBad = revision === b && at % 2 === 0
      const failure = { reason: 'MODEL_ERROR', message: 'No.', retryable: false }
      const result = aResult(isBad ? { status: 'failed', error: failure, response: null } : {})
      await core.runs.create(request, null, null, { revision, split: split.seq, model: '' })
      const claim = await claimed(core.redis, core.runs, request)
      assert.deepEqual([claim.revision, claim.split], [revision, split.seq])
      await core.runs.settle(claim, result, [], await deltaOfRun(core, request, claim, result, []))
    }
    const { body: found } = await system.call('GET', `/task/${task}/comparison?baseline=${a}`)
    assert.equal(found.revisions[0].metrics.failed.verdict, 'worse')
    assert.match(found.summary, /^B fails more often: \+\d+\.\d points \(\d+\.\d to \d+\.\d\)\./)
    assert.deepEqual((await system.call('GET', `/task/${task}/comparison?baseline=${a}`)).body, found)
    const later = await system.call('GET', `/task/${task}/comparison?baseline=${a}&since=2999-01-01`)
    assert.equal(later.body.revisions[0].runs, 0)
  })

  test('says why there is nothing to compare', async () => {
    const task = await running().createTask()
    const { body } = await call('GET', `/task/${task}/comparison`)
    assert.deepEqual(
      [body.revisions, body.summary],
      [[], 'There is nothing to compare: one revision has all traffic.'],
    )
    const other = await running().createTask()
    const [{ id }] = (await call('GET', `/task/${other}`)).body.revisions
    for (const [path, status, reason] of [
      [`/task/${task}/comparison?baseline=${id}`, 404, 'TASK_REVISION_NOT_FOUND'],
      [`/task/${id}/comparison`, 404, 'TASK_NOT_FOUND'],
      [`/task/${task}/comparison?primary=other`, 422, undefined],
      [`/task/${task}/comparison?alpha=0`, 422, undefined],
    ] as const) {
      const answer = await call('GET', path)
      assert.deepEqual([answer.status, answer.body.detail.reason], [status, reason], path)
    }
  })
})
