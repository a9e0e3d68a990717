import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { newRunId } from '../../../../src/platform/ids.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import { isFinal, type RunRecord, type RunRequest } from '../../../../src/runs/run.ts'
import { drawRevision, placeOfRun } from '../../../../src/tasks/split/draw-revision.ts'
import type { WeightedRevision } from '../../../../src/tasks/traffic.ts'
import { aRequest, claimed } from '../../../support/runs.ts'
import { type System, startSystem, until, useSystem } from '../../../support/system.ts'

const JOBS = bullmqKeys(0)

describe('the revision that a run executes', () => {
  const running = useSystem({ env: { SPLITRUN_CONCURRENCY: '100' } })

  test('is the one that its id draws by the weights, never one of weight 0', async () => {
    const system = running()
    const { task, active, split } = await taskWith(system, [1, 0, 1.5, 0.5])
    const ids = Array.from({ length: 100 }, () => newRunId(0))
    await create(system, task, ids)
    for (const { request, revision, status, split: by } of await ended(system, ids)) {
      assert.equal(status, 'succeeded')
      assert.equal(by, split.seq)
      assert.equal(revision, drawRevision(split, placeOfRun(request.id).slot))
      assert.notEqual(revision, active[1]?.task_revision_id)
    }
  })

  test('stays the same for the next attempt when the first claim is lost, whatever the weights are then', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const { task, active, split } = await taskWith(system, [1, 1])
    const ids = Array.from({ length: 20 }, () => newRunId(0))
    // As other weights would have had it: never the one that would be drawn now.
    const firstOf = (id: string) =>
      active.find((each) => each.task_revision_id !== drawRevision(split, placeOfRun(id).slot))
        ?.task_revision_id ?? null
    for (const request of await create(system, task, ids)) {
      // By a worker that is never heard of again.
      await claimed(system.core.redis, system.core.runs, request, firstOf(request.id))
      await system.core.redis.rpush(JOBS.wait, request.id)
    }
    await composeWorker(system.core)
    const records = await ended(system, ids)
    for (const { request, revision, attempts } of records) {
      assert.equal(revision, firstOf(request.id))
      assert.deepEqual(
        attempts.map(({ outcome }) => outcome),
        ['lost', 'succeeded'],
      )
    }
  })

  test('is the one that the caller names, be it inactive or of weight 0', async () => {
    const system = running()
    const { task, active } = await taskWith(system, [1, 0, 0])
    const [first, idle, out] = active.map(({ task_revision_id }) => task_revision_id)
    await activate(system, task, active.slice(0, 2))
    for (const wanted of [first, idle, out]) {
      const { status, body } = await system.call('POST', `/task/${task}/run?revision_id=${wanted}`, {
        task_input: { text: 'tea' },
      })
      assert.deepEqual([status, body.status, body.task_revision_id], [200, 'succeeded', wanted])
    }
  })
})

async function activate(system: System, task: string, active_revisions: readonly WeightedRevision[]) {
  const answer = await system.call('POST', `/task/${task}`, { active_revisions })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

async function taskWith(system: System, weights: readonly number[]) {
  const task = await system.createTask()
  for (const [index] of weights.slice(1).entries()) {
    const answer = await system.call('POST', `/task/${task}`, { system_prompt: `Variant ${index}.` })
    assert.equal(answer.status, 200)
  }
  const project = system.project.split('/').at(-1) ?? ''
  const revisions = (await system.core.tasks.revisions(project, task)).toReversed()
  const active = weights.map((weight, index) => ({ task_revision_id: revisions[index]?.id ?? '', weight }))
  await activate(system, task, active)
  const stored = await system.core.tasks.read(project, task)
  assert.ok(stored)
  return { task, active, split: stored.task.split }
}

/** Queues runs with these ids. */
async function create(
  { core, project }: System,
  task: string,
  ids: readonly string[],
): Promise<RunRequest[]> {
  const [, , org = '', , owner = ''] = project.split('/')
  const requests = ids.map((id) => aRequest({ id, org, project: owner, task }))
  await Promise.all(requests.map((request) => core.runs.create(request, null)))
  return requests
}

/** Resolves when all have ended. */
async function ended({ core }: System, ids: readonly string[]): Promise<RunRecord[]> {
  let records: RunRecord[] = []
  await until(async () => {
    records = (await core.runs.getMany(ids)).map((record) => record ?? assert.fail('a run is gone'))
    return records.every(({ status }) => isFinal(status))
  })
  return records
}
