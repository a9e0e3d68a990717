import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { shardKeys } from '../../../src/runs/store/run-keys.ts'
import { allKeys } from '../../support/all-keys.ts'
import { resultKeys } from '../../support/reused-results.ts'
import { type SpokenCall, speakModels } from '../../support/spoken-model.ts'
import { type Answer, until, useSystem } from '../../support/system.ts'

const TWINS = 100
const SHARDS = 3
const WORKERS = 2
/** Of one model in each shard. Eight runs in a row are of one shard: so many can lead at once, whichever workers have them. */
const PLACES = 8

describe('runs that ask the same at the same time', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, fallback: {}, single: { limits: { concurrent: 1 } } })
    const sizes = { SPLITRUN_SHARDS: String(SHARDS), SPLITRUN_CONCURRENCY: String(PLACES) }
    return { workers: WORKERS, env: { ...model.env, ...sizes, SPLITRUN_MODEL_ATTEMPTS: '1' } }
  })
  const textTask = (fields: object = {}) =>
    system().createTask({ output_modality: 'text', llm_model_id: 'spoken', cache: 600, ...fields })
  const run = (task: string, query = '') =>
    system().call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })
  const runOf = (task: string, id: string) => system().call('GET', `/task/${task}/run/${id}`)

  /** Waits until so many runs of the task wait for another one. */
  async function waitingFor(task: string, count: number): Promise<void> {
    const { redis } = system().core
    const keys = reuseKeys(system().project.slice(-36))
    await until(async () => {
      const [key] = await allKeys(redis, keys.waiting(task, '*'))
      return key !== undefined && (await redis.zcard(key)) >= count
    })
    // And they are back in their queues, where they can be told.
    await until(async () => {
      const deferred = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => redis.zcard(shardKeys(shard).deferred)),
      )
      return deferred.reduce((sum, each) => sum + each, 0) >= count
    })
  }
  const say = (call: SpokenCall, text: string) => {
    call.say(text)
    call.end()
  }

  test('are one call of the model, whoever of them came first, in however many shards and workers', async () => {
    const task = await textTask()
    const before = model.calls()
    const started = Array.from({ length: TWINS }, () => run(task))
    const call = await model.next()
    await waitingFor(task, TWINS - 1)
    say(call, 'once')
    const runs = (await Promise.all(started)).map(({ body }) => body)
    assert.equal(model.calls() - before, 1)
    const [first] = runs.filter(({ cached_from }) => cached_from === null)
    assert.equal(runs.filter(({ cached_from }) => cached_from === first.id).length, TWINS - 1)
    assert.ok(runs.every(({ status, response }) => status === 'succeeded' && response === 'once'))
    assert.equal(new Set(runs.map(({ id }) => id)).size, TWINS)
  })

  test('wait in no worker: others go on meanwhile, though they are more than there are places', async () => {
    const [task, other] = [await textTask(), await textTask({ cache: 0 })]
    const many = SHARDS * WORKERS * PLACES + 10
    const started = Array.from({ length: many }, () => run(task))
    const call = await model.next()
    await waitingFor(task, many - 1)
    const beside = run(other)
    say(await model.next(), 'beside')
    assert.equal((await beside).body.response, 'beside')
    say(call, 'once')
    assert.ok((await Promise.all(started)).every(({ body }) => body.response === 'once'))
  })

  test('try one after the other when the first fails, and never all at once', async () => {
    const task = await textTask()
    const before = model.calls()
    const started = Array.from({ length: 50 }, () => run(task))
    const first = await model.next()
    await waitingFor(task, 49)
    first.fail(400)
    const second = await model.next()
    // All others wait for it again, and not one has asked.
    await waitingFor(task, 48)
    assert.equal(model.calls() - before, 2)
    say(second, 'at last')
    const runs = (await Promise.all(started)).map(({ status, body }) => [status, body.response ?? null])
    assert.deepEqual(
      [
        runs.filter(([status]) => status === 502).length,
        runs.filter(([, text]) => text === 'at last').length,
      ],
      [1, 49],
    )
    assert.equal(model.calls() - before, 2)
  })

  test('that all fail do not wait for each other until their deadlines: with each round more of them try', async () => {
    const task = await textTask()
    const before = model.calls()
    const started = Array.from({ length: 30 }, () => run(task))
    const widths: number[] = []
    const first = await model.next()
    await waitingFor(task, 29)
    first.fail(400)
    for (let failed = 1; failed < 30; ) {
      const width = Math.min(Math.max(1, failed), 30 - failed)
      const calls = await Promise.all(Array.from({ length: width }, () => model.next()))
      widths.push(width)
      for (const call of calls) call.fail(400)
      failed += width
    }
    assert.ok((await Promise.all(started)).every(({ status }) => status === 502))
    assert.deepEqual([model.calls() - before, widths], [30, [1, 2, 4, 8, 14]])
  })

  test('go on when the first of them is cancelled, and end by themselves when one that waits is', async () => {
    const task = await textTask()
    const started: Promise<Answer>[] = Array.from({ length: 5 }, () => run(task))
    await model.next()
    await waitingFor(task, 4)
    const { body: listed } = await system().call('GET', `/task/${task}/run?status=running`)
    const [first] = listed.results
    const { body: queued } = await system().call('GET', `/task/${task}/run?status=queued`)
    assert.equal(
      (await system().call('POST', `/task/${task}/run/${queued.results[0].id}/cancel`)).body.status,
      'cancelled',
    )
    await system().call('POST', `/task/${task}/run/${first.id}/cancel`)
    say(await model.next(), 'still')
    const runs = await Promise.all(started)
    assert.deepEqual(runs.map(({ status }) => status).sort(), [200, 200, 200, 409, 409])
    assert.ok(runs.every(({ status, body }) => status === 409 || body.response === 'still'))
  })

  test('keep their own deadlines, and expire while the first goes on', async () => {
    const task = await textTask()
    const started = run(task)
    const call = await model.next()
    const late = await run(task, '?timeout=1')
    assert.deepEqual([late.status, late.body.detail.reason], [504, 'RUN_EXPIRED'])
    say(call, 'in time')
    assert.equal((await started).body.response, 'in time')
  })

  test('ask themselves where they have to be started by a time, instead of expiring in the queue', async () => {
    const task = await textTask({ queue_timeout: 8 })
    const started = run(task)
    const first = await model.next()
    const twin = run(task)
    say(await model.next(), 'itself')
    const { body } = await twin
    assert.deepEqual([body.status, body.response, body.cached_from], ['succeeded', 'itself', null])
    say(first, 'slow')
    assert.equal((await started).body.response, 'slow')
  })

  test('all get what the fallback answered, and later ones ask the first model again', async () => {
    const task = await textTask({ fallback_llm_model_id: 'fallback' })
    const started = Array.from({ length: 10 }, () => run(task))
    const first = await model.next()
    await waitingFor(task, 9)
    first.fail(400)
    say(await model.next(), 'instead')
    const runs = (await Promise.all(started)).map(({ body }) => body)
    assert.ok(
      runs.every(({ response, used_fallback_model }) => response === 'instead' && used_fallback_model),
    )
    const [key = ''] = await resultKeys(system().core.redis, system().project.slice(-36), task)
    const left = await system().core.redis.pttl(key)
    assert.ok(left <= 10_000, String(left))
  })

  test('of a result that is too large each ask on their own, at once', async () => {
    const task = await textTask()
    const started = Array.from({ length: 6 }, () => run(task, '?wait=0'))
    const ids = (await Promise.all(started)).map(({ body }) => body.id)
    const first = await model.next()
    await waitingFor(task, 5)
    say(first, 'long '.repeat(100_000))
    const calls = await Promise.all(Array.from({ length: 5 }, () => model.next()))
    for (const call of calls) say(call, 'short')
    for (const id of ids) await until(async () => (await runOf(task, id)).body.status === 'succeeded')
  })

  test('of a task that is deleted meanwhile leave nothing behind', async () => {
    const home = await system().inNewProject()
    const keys = reuseKeys(home.project.slice(-36))
    const task = await home.createTask({ output_modality: 'text', llm_model_id: 'spoken', cache: 600 })
    const { body: archive } = await home.call('GET', `${home.project}/export`)
    const again = () => home.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const started = again()
    const call = await model.next()
    assert.equal((await home.call('DELETE', `/task/${task}`)).status, 200)
    say(call, 'before')
    assert.equal((await started).body.response, 'before')
    await until(async () => (await allKeys(home.core.redis, keys.leads(task, '*'))).length === 0)
    await until(async () => (await allKeys(home.core.redis, keys.result(task, '*'))).length === 0)
    assert.equal((await home.call('POST', `${home.project}/import`, archive)).status, 200)
    const anew = again()
    say(await model.next(), 'after')
    assert.equal((await anew).body.response, 'after')
  })

  test('of a model at its limit wait for that, each as its own caller wants, and are one call all the same', async () => {
    const [busy, task] = [
      await textTask({ llm_model_id: 'single', cache: 0 }),
      await textTask({ llm_model_id: 'single' }),
    ]
    const before = model.calls()
    const inTheWay = run(busy)
    const first = await model.next()
    const started = Array.from({ length: 12 }, () => run(task))
    const shown = async () => (await system().call('GET', `/task/${task}/run?status=queued`)).body.results
    await until(async () => (await shown()).length === 12)
    const refused = await run(task, '?on_limit=fail')
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'RATE_LIMITED'])
    say(first, 'at last')
    assert.equal((await inTheWay).body.response, 'at last')
    say(await model.next(), 'once')
    const runs = (await Promise.all(started)).map(({ body }) => body.response)
    assert.ok(runs.every((response) => response === 'once'))
    assert.equal(model.calls() - before, 2)
  })
})
