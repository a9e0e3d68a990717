import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changeRollout } from '../../../src/decisions/rollouts/change-rollout.ts'
import { newTask } from '../../../src/tasks/create-task.ts'
import type { Rollout } from '../../../src/tasks/split/rollout.ts'
import type { TaskStoreOptions } from '../../../src/tasks/task-store.ts'
import { boundedTasks, smallTask } from '../../support/bounded-tasks.ts'
import { useSystem } from '../../support/system.ts'

const full = (reason: 'TOO_MANY_TASKS' | 'TASK_STORAGE_FULL') => ({ name: 'ApiError', reason, status: 409 })
const NO_ROOM = { tasksBytesMax: 1000 }

describe('what the tasks of a project may take', () => {
  const running = useSystem({ workers: 0 })
  const aProject = (bounds: Partial<TaskStoreOptions> = {}) => boundedTasks(running(), bounds)

  test('is counted exactly, whatever is done to them', async () => {
    const { deps, project, create, update, size, countedAnew, remove } = await aProject({
      trafficHistoryMax: 3,
    })
    const { id } = await create()
    await create({ description: 'é and "quotes"' })
    for (const weight of [1, 2, 3, 4]) await update(id, { user_prompt: `${weight} {text}`, weight })
    await update(id, { description: 'x'.repeat(500), name: 'another' })
    await update(id, { description: 'x', enabled: false })
    const tag = await deps.tags.create(project, 'task', 'one', null)
    const other = await deps.tags.create(project, 'task', 'two', null)
    assert.ok(typeof tag === 'object' && typeof other === 'object')
    const itself = [{ task: id, entity: id }]
    for (const each of [tag, tag, other])
      await deps.tags.add(project, 'task', each.id, [...itself, ...itself])
    assert.equal(await size(), await countedAnew())
    for (let twice = 0; twice < 2; twice += 1) await deps.tags.untag(project, 'task', tag.id, itself)
    assert.equal(await size(), await countedAnew())
    await deps.tags.remove(project, 'task', other.id)
    assert.equal(await size(), await countedAnew())
    await remove(id)
    assert.equal(await size(), await countedAnew())
    for (const each of await deps.tasks.ids(project, null, 10)) await remove(each)
    assert.equal(await size(), 0)
  })

  test('ends at the very byte, and at the very task', async () => {
    const first = await aProject()
    const { id } = await first.create()
    const bytes = await first.size()
    const exact = await aProject({ tasksBytesMax: bytes })
    await exact.create()
    assert.equal(await exact.size(), bytes)
    await assert.rejects(exact.create(), full('TASK_STORAGE_FULL'))
    await assert.rejects((await aProject({ tasksBytesMax: bytes - 1 })).create(), full('TASK_STORAGE_FULL'))

    const another = { user_prompt: 'Another {text}' }
    await first.update(id, another)
    const more = await first.size()
    const fits = await aProject({ tasksBytesMax: more })
    await fits.update((await fits.create()).id, another)
    assert.equal(await fits.size(), more)
    const lacks = await aProject({ tasksBytesMax: more - 1 })
    const { id: own } = await lacks.create()
    await assert.rejects(lacks.update(own, another), full('TASK_STORAGE_FULL'))
    assert.equal(await lacks.size(), bytes, 'nothing was written')

    const two = await aProject({ tasksMax: 2 })
    const made = [await two.create(), await two.create()]
    await assert.rejects(two.create(), full('TOO_MANY_TASKS'))
    await two.update(made[0]?.id ?? '', another)
    await two.remove(made[1]?.id ?? '')
    await two.create()
  })

  test('is never passed by writers at the same time, and a deletion makes room', async () => {
    const alone = await aProject()
    await alone.create()
    const bytes = await alone.size()
    for (const [bounds, reason] of [
      [{ tasksBytesMax: bytes * 3 + 10 }, 'TASK_STORAGE_FULL'],
      [{ tasksMax: 3 }, 'TOO_MANY_TASKS'],
    ] as const) {
      const { create, size, remove } = await aProject(bounds)
      const all = await Promise.allSettled(Array.from({ length: 12 }, () => create()))
      const made = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      assert.deepEqual([made.length, await size()], [3, bytes * 3])
      for (const each of all) if (each.status === 'rejected') assert.equal(each.reason.reason, reason)
      await remove(made[0]?.id ?? '')
      await create()
      await assert.rejects(create(), full(reason))
    }
  })

  test('holds for tags, which are put on all or none', async () => {
    const { project, create, deps, depsWith, size } = await aProject()
    const both = [await create(), await create()].map(({ id }) => ({ task: id, entity: id }))
    const tag = await deps.tags.create(project, 'task', 'mine', null)
    assert.ok(typeof tag === 'object')
    const before = await size()
    const add = (tasksBytesMax: number) => depsWith({ tasksBytesMax }).tags.add(project, 'task', tag.id, both)
    await assert.rejects(add(before + 599), full('TASK_STORAGE_FULL'))
    assert.equal(await size(), before)
    assert.equal(await add(before + 600), 'done')
    assert.equal(await add(1), 'done', 'what has it already takes nothing more')
    assert.equal(await size(), before + 600)
  })

  test('lets what makes a task smaller pass, however much there is', async () => {
    const { create, update, size } = await aProject()
    const { id } = await create({ description: 'x'.repeat(1000) })
    const before = await size()
    await update(id, { description: 'y'.repeat(999) }, NO_ROOM)
    assert.equal(await size(), before - 1)
    await assert.rejects(update(id, { user_prompt: 'More {text}' }, NO_ROOM), full('TASK_STORAGE_FULL'))
    const longer = { description: 'y'.repeat(5000) }
    await assert.rejects(update(id, longer, NO_ROOM), full('TASK_STORAGE_FULL'))
    assert.equal(await size(), before - 1)
  })

  test('lets a task be switched off, and its traffic go back: the oldest of its history makes room', async () => {
    const { project, deps, create, update, size, countedAnew } = await aProject()
    const { id, active_revisions } = await create()
    await update(id, { user_prompt: 'Worse {text}', activate: true })
    const before = await size()
    await update(id, { active_revisions: [...active_revisions] }, NO_ROOM)
    await update(id, { enabled: false }, NO_ROOM)
    const after = await size()
    assert.ok(after <= before, `${after} after ${before}`)
    assert.equal(after, await countedAnew())
    const now = await deps.tasks.read(project, id)
    assert.deepEqual([now?.task.active_revisions, now?.task.enabled], [active_revisions, false])
    const history = await deps.tasks.trafficHistory(project, id, null, 10)
    assert.ok(history.length < 3, `${history.length}`)
  })

  test('starts no rollout without room, and lets one that began go on and back', async () => {
    const { project, deps, depsWith, create, update, size, countedAnew } = await aProject()
    const { id, created, active_revisions } = await create()
    const { made } = await update(id, { user_prompt: 'Other {text}' })
    const rollout: Rollout = {
      ...{ from: active_revisions[0]?.task_revision_id ?? '', to: made ?? '', shares: [0.1, 0.5, 1] },
      ...{ hold: 60, min_runs: 1, guards: [], alpha: 0.05, max_duration: null, step: 0 },
      ...{ on_harm: 'rollback' as const, on_stall: 'pause' as const, status: 'running' as const },
      ...{ began: created, step_began: created },
      ...{ first_split: 0, before: active_revisions, why: 'started', metric: null },
    }
    const change = async (action: 'start' | 'advance' | 'rollback', { tasks } = depsWith(NO_ROOM)) => {
      const stored = (await deps.tasks.read(project, id)) ?? assert.fail()
      const what = { action, why: 'y'.repeat(400), metric: null, by: 'rollout', evidence: {} }
      return changeRollout(tasks, stored, stored.task.rollout ?? rollout, what)
    }
    await assert.rejects(change('start'), full('TASK_STORAGE_FULL'))
    await change('start', deps)
    await change('advance')
    assert.deepEqual((await change('rollback'))?.active_revisions, active_revisions)
    assert.equal(await size(), await countedAnew())
  })

  test('is counted for tasks that are there without it, and anew where others wrote beside it', async () => {
    const { keys, owner, deps, create, size, countedAnew } = await aProject()
    const { redis } = running().core
    const made = [await create(), await create(), await create()]
    const before = await size()
    assert.ok((await redis.ttl(keys.taskSizes)) > 0, 'all is counted anew some day')
    await redis.del(keys.taskSizes)
    await assert.rejects(create({}, { tasksBytesMax: before }), full('TASK_STORAGE_FULL'))
    assert.equal(await size(), before)
    assert.ok((await redis.ttl(keys.taskSizes)) > 0)

    // What a process of an earlier version does.
    const theirs = newTask(deps, owner, smallTask()).task
    await redis.hset(keys.task(theirs.id), { task: JSON.stringify(theirs), name: theirs.name, version: 1 })
    await redis.zadd(keys.tasks, 0, theirs.id)
    await create()
    assert.equal(await size(), await countedAnew(), 'made a task')
    for (const { id } of made.slice(1)) {
      await redis.del(keys.task(id), keys.trafficHistory(id), keys.revisions(id))
      await redis.zrem(keys.tasks, id)
    }
    await create()
    assert.equal(await size(), await countedAnew(), 'deleted tasks')
  })

  test('deleted revisions are remembered, the newest ones', async () => {
    const { create, remove, keys } = await aProject({ deletedKept: 2 })
    const { redis } = running().core
    for (let each = 0; each < 4; each += 1) await remove((await create()).id)
    const kept = await redis.hkeys(keys.deletedRevisions)
    assert.equal(kept.length, 2)
    assert.deepEqual(kept.sort(), (await redis.zrange(keys.deletions, '0', '-1')).sort())
  })
})
