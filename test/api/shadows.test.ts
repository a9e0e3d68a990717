import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type PricedModel, writeModels } from '../support/models.ts'
import { type Cleanup, type System, startSystem, until, useSystem } from '../support/system.ts'

const INPUT = { task_input: { text: 'tea' } }
const PRICE = { input: 1_000_000, output: 1_000_000 }
const MODELS: Record<string, PricedModel> = {
  good: { price: PRICE },
  bad: { price: PRICE, faults: { serverError: 1 } },
  silent: { price: PRICE, faults: { hang: 1 } },
}

const withModels =
  (env: Record<string, string> = {}) =>
  async (t: Cleanup) => ({
    env: {
      SPLITRUN_MODELS_FILE: await writeModels(t, MODELS),
      SPLITRUN_MODEL_ATTEMPTS: '2',
      // Other tests of this process may keep its event loop busy all the time.
      SPLITRUN_SHADOW_BUSY: '1',
      ...env,
    },
  })

/** A task whose callers get `good`, and another revision of it that asks `model`. */
async function taskWith(system: System, model: string): Promise<{ task: string; a: string; b: string }> {
  const task = await system.createTask({ llm_model_id: 'good' })
  const { body } = await system.call('POST', `/task/${task}`, { llm_model_id: model, system_prompt: 'B.' })
  const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
  return { task, a, b }
}

interface Shown {
  readonly pairs: number
  readonly dropped: Record<string, number>
  readonly credits_today: number
}

const shadowOf = async ({ call }: System, task: string): Promise<Shown> =>
  (await call('GET', `/task/${task}/shadow`)).body

const ended = ({ pairs, dropped }: Shown): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, pairs)

const untilEnded = (system: System, task: string, count: number): Promise<void> =>
  until(async () => ended(await shadowOf(system, task)) === count)

describe('a shadow', () => {
  const running = useSystem(withModels({ SPLITRUN_SHARDS: '3' }))
  const call: System['call'] = (...args) => running().call(...args)
  const begin = (task: string, revision: string, more: object = {}) =>
    call('POST', `/task/${task}/shadow`, { revision, share: 1, max_credits_per_day: null, ...more })

  test('does beside each run what its caller asked, is compared by pairs, and is nowhere else', async () => {
    const { task, a, b } = await taskWith(running(), 'bad')
    assert.equal((await call('GET', `/task/${task}/shadow`)).body.detail.reason, 'SHADOW_NOT_FOUND')
    assert.equal((await begin(task, b)).status, 200)
    const runs = await Promise.all(Array.from({ length: 30 }, () => call('POST', `/task/${task}/run`, INPUT)))
    assert.ok(runs.every(({ body }) => body.status === 'succeeded' && body.task_revision_id === a))
    await untilEnded(running(), task, 30)

    const { body: found } = await call('GET', `/task/${task}/comparison?baseline=${a}`)
    assert.deepEqual(found.excluded, { pinned: 0, fallback_asked: 0, shadow: 30, repeated: 0 })
    const [pair] = found.pairs
    assert.deepEqual([pair.task_revision_id, pair.pairs, pair.dropped], [b, 30, {}])
    assert.deepEqual(
      [pair.metrics.failed.difference, pair.metrics.failed.verdict, pair.metrics.failed.n],
      [1, 'worse', 30],
    )
    assert.match(found.summary, /B as a shadow fails more often: \+100\.0 points/)

    const { body: listed } = await call('GET', `/task/${task}/run`)
    assert.equal(listed.results.length, 30)
    assert.ok(listed.results.every(({ shadow_of }: { shadow_of: string | null }) => shadow_of === null))
    const { body: failed } = await call('GET', `/task/${task}/run?status=failed`)
    assert.deepEqual(failed.results, [])
    const { body: shadows } = await call('GET', `/task/${task}/run?shadow=true`)
    const parents = shadows.results.map(({ shadow_of }: { shadow_of: string }) => shadow_of)
    assert.deepEqual(parents.sort(), runs.map(({ body }) => body.id).sort())
    const [first] = shadows.results
    const { body: shown } = await call('GET', `/task/${task}/run/${first.id}`)
    assert.deepEqual(shown, first)
    assert.deepEqual(
      [shown.task_revision_id, shown.status, shown.run_data.submitted, shown.attempts.length],
      [b, 'failed', INPUT.task_input, 2],
    )
    const { body: usage } = await call('GET', `/task/${task}/usage_report?start_date=today`)
    assert.ok(!JSON.stringify(usage).includes(b), JSON.stringify(usage))
    const { body: queue } = await call('GET', '/queue')
    assert.deepEqual([queue.queued, queue.running], [0, 0])
  })

  test('runs beside drawn runs alone, of other revisions, and beside so many as its share says', async () => {
    const { task, a, b } = await taskWith(running(), 'good')
    await begin(task, b, { share: 0.5 })
    await call('POST', `/task/${task}/run?revision_id=${a}`, INPUT)
    const ids: string[] = await Promise.all(
      Array.from({ length: 40 }, async () => (await call('POST', `/task/${task}/run`, INPUT)).body.id),
    )
    const { isShadowed, shadowId } = await import('../../src/runs/shadows/shadow-request.ts')
    const chosen = ids.filter((id) => isShadowed(id, 0.5))
    await untilEnded(running(), task, chosen.length)
    assert.deepEqual(await shadowOf(running(), task).then(({ pairs }) => pairs), chosen.length)
    const { body } = await call('GET', `/task/${task}/run?shadow=true`)
    assert.deepEqual(
      body.results.map(({ id }: { id: string }) => id).sort(),
      chosen.map((id) => shadowId(id, b)).sort(),
    )
    // The shadow becomes the revision of callers: there is nothing to pair it with.
    await call('POST', `/task/${task}`, { active_revisions: [{ task_revision_id: b, weight: 1 }] })
    await until(async () => (await call('POST', `/task/${task}/run`, INPUT)).body.task_revision_id === b)
    const { body: same } = await call('GET', `/task/${task}/comparison?baseline=${b}`)
    assert.deepEqual(same.pairs, [])
  })

  test('costs no more in a day than it may, and nobody else anything', async () => {
    const { task, b } = await taskWith(running(), 'good')
    await begin(task, b, { max_credits_per_day: 0.5 })
    for (let run = 0; run < 3; run += 1) await call('POST', `/task/${task}/run`, INPUT)
    await untilEnded(running(), task, 3)
    const shown = await shadowOf(running(), task)
    assert.deepEqual([shown.dropped, shown.pairs, shown.credits_today], [{ budget: 3 }, 0, 0])
    await begin(task, b, { max_credits_per_day: null })
    await call('POST', `/task/${task}/run`, INPUT)
    await untilEnded(running(), task, 4)
    const { body: made } = await call('GET', `/task/${task}/run?shadow=true`)
    const { charged_credits } = made.results[0]
    assert.ok(Number(charged_credits) > 0)
    await until(async () => (await shadowOf(running(), task)).credits_today === Number(charged_credits))
    const { body: credits } = await call('GET', `/task/${task}/credit_report?start_date=today`)
    assert.ok(!JSON.stringify(credits).includes(b))
  })

  test('is ended: what runs is broken off, and what waits is not made', async () => {
    const { task, b } = await taskWith(running(), 'silent')
    await begin(task, b)
    await Promise.all(Array.from({ length: 12 }, () => call('POST', `/task/${task}/run`, INPUT)))
    const { core } = running()
    await until(async () => (await core.shadows.waiting()).running > 0)
    const { status, body } = await call('DELETE', `/task/${task}/shadow`)
    assert.deepEqual([status, body.revision], [200, b])
    assert.equal((await call('DELETE', `/task/${task}/shadow`)).status, 404)
    await until(async () => Object.values(await core.shadows.waiting()).every((count) => count === 0))
    await begin(task, b)
    const { dropped, pairs } = await shadowOf(running(), task)
    assert.deepEqual([pairs, (dropped['cancelled'] ?? 0) + (dropped['stopped'] ?? 0)], [0, 12])
    await call('DELETE', `/task/${task}/shadow`)
  })

  test('of a task that is deleted leaves nothing that waits or runs', async () => {
    const { task, b } = await taskWith(running(), 'silent')
    await begin(task, b)
    await call('POST', `/task/${task}/run`, INPUT)
    const { core } = running()
    await until(async () => (await core.shadows.waiting()).running > 0)
    await call('DELETE', `/task/${task}`)
    await until(async () => Object.values(await core.shadows.waiting()).every((count) => count === 0))
  })

  test('is a revision of its task, within the bounds of what may be asked', async () => {
    const { task, b } = await taskWith(running(), 'good')
    const other = await taskWith(running(), 'good')
    for (const [wrong, where] of [
      [{ revision: other.b }, 'revision'],
      [{ share: 0 }, 'share'],
      [{ share: 1.01 }, 'share'],
      [{ max_credits_per_day: -1 }, 'max_credits_per_day'],
    ] as const) {
      const { status, body } = await begin(task, b, wrong)
      assert.deepEqual([status, body.detail[0].loc], [422, ['body', where]])
    }
    assert.equal((await begin(task.replace(/^./, '9'), b)).status, 404)
  })
})

test('shadow runs that nobody makes wait up to a bound, and are counted beyond it', async (t) => {
  const env = {
    SPLITRUN_SHADOW_CONCURRENCY: '0',
    SPLITRUN_SHADOW_QUEUE_MAX: '2',
  }
  const system = await startSystem(t, await withModels(env)(t))
  const { task, b } = await taskWith(system, 'good')
  await system.call('POST', `/task/${task}/shadow`, { revision: b, share: 1, max_credits_per_day: 1 })
  for (let run = 0; run < 5; run += 1) await system.call('POST', `/task/${task}/run`, INPUT)
  await untilEnded(system, task, 3)
  const shown = await shadowOf(system, task)
  assert.deepEqual([shown.pairs, shown.dropped], [0, { full: 3 }])
  assert.deepEqual(await system.core.shadows.waiting(), { waiting: 2, running: 0 })
})

test('a worker that is told to stop leaves the shadow runs of all that it has ended', async (t) => {
  const system = await startSystem(t, await withModels({ SPLITRUN_SHADOW_CONCURRENCY: '0' })(t))
  const { task, b } = await taskWith(system, 'good')
  await system.call('POST', `/task/${task}/shadow`, { revision: b, share: 1, max_credits_per_day: null })
  await Promise.all(Array.from({ length: 3 }, () => system.call('POST', `/task/${task}/run`, INPUT)))
  await system.core.lifecycle.close()
  const other = await startSystem(t, { workers: 0, redisUrl: async () => system.redis.url })
  assert.deepEqual(await other.core.shadows.waiting(), { waiting: 3, running: 0 })
})

test('a worker that is always too busy makes shadow runs all the same, few at a time', async (t) => {
  const system = await startSystem(t, await withModels({ SPLITRUN_SHADOW_BUSY: '0' })(t))
  const { task, b } = await taskWith(system, 'good')
  await system.call('POST', `/task/${task}/shadow`, { revision: b, share: 1, max_credits_per_day: null })
  for (let run = 0; run < 3; run += 1) await system.call('POST', `/task/${task}/run`, INPUT)
  await untilEnded(system, task, 3)
  const { pairs, dropped } = await shadowOf(system, task)
  assert.deepEqual([pairs, dropped], [3, {}])
})

test('a shadow run whose worker is lost ends once, and counts as lost', async (t) => {
  const env = {
    SPLITRUN_SHADOW_CONCURRENCY: '0',
    SPLITRUN_LOCK_DURATION: '3s',
    SPLITRUN_STALLED_INTERVAL: '1s',
  }
  const system = await startSystem(t, await withModels(env)(t))
  const { shadows } = system.core
  const { task, b } = await taskWith(system, 'good')
  await system.call('POST', `/task/${task}/shadow`, { revision: b, share: 1, max_credits_per_day: 1 })
  await system.call('POST', `/task/${task}/run`, INPUT)
  await until(async () => (await shadows.waiting()).waiting === 1)
  const [first] = (await shadows.take(0, 5)).taken
  assert.ok(first && !first.lost)
  assert.deepEqual((await shadows.take(0, 5)).taken, [])
  let again: typeof first | undefined
  await until(async () => {
    again = (await shadows.take(0, 5)).taken[0]
    return again !== undefined
  })
  assert.deepEqual(again, { ...first, lost: true })
  assert.equal(await shadows.end(first, null, null), true)
  assert.equal(await shadows.end(first, null, null), false)
  assert.deepEqual(await shadows.waiting(), { waiting: 0, running: 0 })
})
