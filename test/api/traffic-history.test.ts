import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { moveSlots, type SlotTable } from '../../src/tasks/split/slot-table.ts'
import type { TrafficChange } from '../../src/tasks/split/split.ts'
import { useSystem } from '../support/system.ts'

const KEPT = 8

describe('the history of weights', () => {
  const running = useSystem({ env: { SPLITRUN_TRAFFIC_HISTORY_MAX: String(KEPT) } })
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)

  async function taskWithTwo(): Promise<{ task: string; a: string; b: string }> {
    const task = await running().createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    return { task, a, b }
  }
  const weigh = async (task: string, weights: Record<string, number>) => {
    const active_revisions = Object.entries(weights).map(([task_revision_id, weight]) => ({
      task_revision_id,
      weight,
    }))
    const { status, body } = await call('POST', `/task/${task}`, { active_revisions })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const historyOf = async (task: string, query = ''): Promise<TrafficChange[]> => {
    const { status, body } = await call('GET', `/task/${task}/traffic_history${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body.results
  }
  const storedOf = async (task: string) => {
    const stored = await running().core.tasks.read(running().project.split('/').at(-1) ?? '', task)
    return stored?.task ?? assert.fail('no such task')
  }

  test('says who changed which weights and why, and leads to the live table again', async () => {
    const { task, a, b } = await taskWithTwo()
    await weigh(task, { [a]: 99, [b]: 1 })
    await weigh(task, { [a]: 1, [b]: 1 })
    await call('POST', `/task/${task}`, { description: 'no change of weights' })
    await call('POST', `/task/${task}`, { weight: 0 })
    const history = await historyOf(task)
    assert.deepEqual(
      history.map(({ seq, reason }) => [seq, reason]),
      [
        [4, 'updated'],
        [3, 'updated'],
        [2, 'updated'],
        [1, 'created'],
      ],
    )
    assert.ok(history.every(({ by, at }) => by && Date.parse(at)))
    let table: SlotTable | null = null
    for (const { after } of history.toReversed()) table = moveSlots(table, after)
    const { split } = await storedOf(task)
    assert.deepEqual(split.table, table)
    assert.equal(split.seq, 4)
  })

  test('a restored change is a change of its own, with the identical table; restored again it is none', async () => {
    const { task, a, b } = await taskWithTwo()
    await weigh(task, { [a]: 99, [b]: 1 })
    const before = (await storedOf(task)).split
    await weigh(task, { [b]: 1 })
    const restored = await call('POST', `/task/${task}/traffic_history/2/restore`)
    assert.equal(restored.status, 200, JSON.stringify(restored.body))
    assert.equal(restored.headers.get('etag'), (await call('GET', `/task/${task}`)).headers.get('etag'))
    const { split, active_revisions } = await storedOf(task)
    assert.deepEqual(restored.body.active_revisions, active_revisions)
    assert.equal(JSON.stringify(split.table), JSON.stringify(before.table))
    const [latest] = await historyOf(task)
    assert.deepEqual([latest?.seq, latest?.reason, latest?.evidence], [4, 'restored', { seq: 2 }])
    assert.equal((await call('POST', `/task/${task}/traffic_history/2/restore`)).status, 200)
    assert.equal((await historyOf(task)).length, 4)
  })

  test('has pages, keeps the newest changes, and ends with its task', async () => {
    const { task, a, b } = await taskWithTwo()
    for (let weight = 1; weight <= KEPT + 2; weight += 1) await weigh(task, { [a]: 1, [b]: weight })
    const seen: number[] = []
    let query = '?page_limit=3'
    for (;;) {
      const { body } = await call('GET', `/task/${task}/traffic_history${query}`)
      seen.push(...body.results.map(({ seq }: TrafficChange) => seq))
      if (body.next_before === null) break
      query = `?page_limit=3&before=${body.next_before}`
    }
    assert.deepEqual(
      seen,
      Array.from({ length: KEPT }, (_, at) => KEPT + 3 - at),
    )
    for (const seq of [3, 99]) {
      const { status, body } = await call('POST', `/task/${task}/traffic_history/${seq}/restore`)
      assert.deepEqual([status, body.detail.reason], [404, 'TRAFFIC_CHANGE_NOT_FOUND'])
    }
    assert.equal((await call('DELETE', `/task/${task}`)).status, 200)
    assert.equal((await call('GET', `/task/${task}/traffic_history`)).body.detail.reason, 'TASK_NOT_FOUND')
    const restored = await call('POST', `/task/${task}/traffic_history/9/restore`)
    assert.equal(restored.status, 404)
  })

  test('every one of many changes at once has a number of its own, and stands in it', async () => {
    const { task, a, b } = await taskWithTwo()
    await Promise.all(Array.from({ length: 6 }, (_, at) => weigh(task, { [a]: 1, [b]: at + 2 })))
    const history = await historyOf(task)
    assert.deepEqual(
      history.map(({ seq }) => seq),
      [7, 6, 5, 4, 3, 2, 1],
    )
    for (const [at, { before }] of history.entries()) {
      const earlier = history[at + 1]
      if (earlier) assert.deepEqual(before, earlier.after)
    }
  })

  test('an import is a change of weights where they differ, and none where they do not', async () => {
    const { task, a, b } = await taskWithTwo()
    await weigh(task, { [a]: 1, [b]: 3 })
    const archive = (await call('GET', `/export?task_id=${task}`)).body
    await weigh(task, { [a]: 1 })
    assert.equal((await call('POST', `${running().project}/import?replace=true`, archive)).status, 200)
    const [latest, ...earlier] = await historyOf(task)
    assert.deepEqual([latest?.seq, latest?.reason], [4, 'imported'])
    assert.equal(earlier.length, 3)
    assert.equal((await call('POST', `${running().project}/import?replace=true`, archive)).status, 200)
    assert.equal((await historyOf(task)).length, 4)
  })
})

describe('a split key', () => {
  const running = useSystem()
  const run = async (task: string, query: string, init?: { headers: Record<string, string> }) => {
    const body = { task_input: { text: 'tea' } }
    return running().call('POST', `/task/${task}/run${query}`, body, init)
  }

  test('keeps its revision through a ramp: it moves once at most, and never back', async () => {
    const task = await running().createTask()
    const made = await running().call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [b, a] = made.body.revisions.map(({ id }: { id: string }) => id)
    const keys = Array.from({ length: 12 }, (_, at) => `user ${at}`)
    const moved = new Map<string, number>()
    const latest = new Map<string, string>()
    for (const share of [0, 0.25, 0.5, 1]) {
      const active_revisions = [
        { task_revision_id: a, weight: 1 - share },
        { task_revision_id: b, weight: share },
      ]
      await running().call('POST', `/task/${task}`, { active_revisions })
      const { split } =
        (await running().core.tasks.read(running().project.split('/').at(-1) ?? '', task))?.task ?? {}
      for (const key of keys) {
        const runs = await Promise.all([0, 1].map(() => run(task, `?split_key=${encodeURIComponent(key)}`)))
        const [one, other] = runs.map(({ body }) => [body.task_revision_id, body.slot, body.split])
        assert.deepEqual(one, other)
        assert.equal(one?.[2], split?.seq)
        if (latest.get(key) !== one?.[0]) moved.set(key, (moved.get(key) ?? -1) + 1)
        latest.set(key, one?.[0])
      }
    }
    assert.ok(keys.every((key) => latest.get(key) === b && moved.get(key) === 1))
  })

  test('is part of what makes two requests the same, and not stored', async () => {
    const task = await running().createTask()
    const headers = { 'idempotency-key': `key-${task}` }
    const first = await run(task, '?split_key=secret-user', { headers })
    assert.equal(first.status, 200)
    assert.equal((await run(task, '?split_key=secret-user', { headers })).body.id, first.body.id)
    const other = await run(task, '?split_key=another', { headers })
    assert.equal(other.body.detail.reason, 'IDEMPOTENCY_KEY_REUSED')
    const stored = await running().core.runs.get(first.body.id)
    assert.ok(!JSON.stringify(stored).includes('secret-user'))
    assert.ok(stored?.request.bucket !== null)
  })

  test('is refused beside a revision that is named, and where it is empty or too long', async () => {
    const task = await running().createTask()
    const [{ id }] = (await running().call('GET', `/task/${task}`)).body.revisions
    for (const query of [
      `?split_key=a&revision_id=${id}`,
      '?split_key=a&revision_tag=b',
      '?split_key=',
      `?split_key=${'x'.repeat(201)}`,
    ]) {
      const { status, body } = await run(task, query)
      assert.equal(status, 422, query)
      assert.deepEqual(body.detail[0].loc, ['query', 'split_key'])
    }
    const named = await run(task, `?revision_id=${id}`)
    assert.deepEqual([named.body.split, named.body.slot], [null, null])
    assert.equal((await run(task, `?split_key=${'x'.repeat(200)}`)).status, 200)
  })
})
