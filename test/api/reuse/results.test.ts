import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { resultKeys } from '../../support/reused-results.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { type Cleanup, until, useSystem } from '../../support/system.ts'
import { watchEvents } from '../../support/watch-events.ts'

const PRICE = { input: 25_000, output: 0 }

describe('a result that is reused', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { spoken: { price: PRICE }, other: {} })
    return { env: { ...model.env, SPLITRUN_CACHE_RESULT_MAX: '1kb', SPLITRUN_SHARDS: '12' } }
  })
  const textTask = (fields: object = {}) =>
    system().createTask({ output_modality: 'text', llm_model_id: 'spoken', cache: 600, ...fields })
  const run = (task: string, query = '', text = 'tea', more: object = {}) =>
    system().call('POST', `/task/${task}/run${query}`, { task_input: { text }, ...more })

  /** Runs that ask their model: it answers, and the run is returned. */
  async function asked(task: string, answer: string, query = '', text = 'tea') {
    const started = run(task, query, text)
    const call = await model.next()
    call.say(answer)
    call.end()
    const { status, body } = await started
    assert.equal(status, 200)
    assert.equal(body.cached_from, null)
    return body
  }

  /** Runs the task as somebody who watches. */
  const watch = (t: Cleanup, task: string, query = '') =>
    watchEvents(t, `${system().url}${system().project}/task/${task}/run${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${system().token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })

  test('makes a run of its own, without tokens and costs, that says whose result it is and what was saved', async () => {
    const task = await textTask()
    const first = await asked(task, 'about tea')
    const calls = model.calls()
    const { status, body: hit } = await run(task)
    assert.equal(status, 200)
    assert.equal(model.calls(), calls)
    assert.notEqual(hit.id, first.id)
    assert.deepEqual(
      [hit.status, hit.response, hit.cached_from, hit.saved_credits, hit.charged_credits, hit.total_tokens],
      ['succeeded', 'about tea', first.id, '1.00', '0.00', 0],
    )
    assert.deepEqual([first.charged_credits, first.saved_credits], ['1.00', '0.00'])
    assert.deepEqual([hit.attempts, hit.llm_retries, hit.timings.model], [[], 0, 0])
    for (const same of [
      'model',
      'llm_model_id',
      'llm_config',
      'prompt_hash',
      'finish_reason',
      'output_check',
    ]) {
      assert.deepEqual(hit[same], first[same], same)
    }
    assert.deepEqual((await system().call('GET', `/task/${task}/run/${hit.id}`)).body, hit)
    const { body: listed } = await system().call('GET', `/task/${task}/run?fields=summary`)
    assert.deepEqual(
      listed.results.map((each: { cached_from: string | null }) => each.cached_from),
      [first.id, null],
    )
    const { body: tokens } = await system().call('GET', `/task/${task}/token_report`)
    assert.deepEqual([tokens.total_task_runs, tokens.total_tokens], [2, 48])
    const { body: credits } = await system().call('GET', `/task/${task}/credit_report`)
    assert.deepEqual(
      [credits.total_credits, credits.total_reused_runs, credits.total_saved_credits],
      ['1.00', 1, '1.00'],
    )
    const metrics = await (await fetch(`${system().url}/metrics`)).text()
    const labels = `task="${task}",revision="${first.task_revision_id}"`
    assert.match(metrics, new RegExp(`splitrun_result_cache_total{[^}]*${labels},result="hit"} 1\n`))
    assert.match(metrics, new RegExp(`splitrun_result_cache_total{[^}]*${labels},result="miss"} 1\n`))
    assert.match(metrics, new RegExp(`splitrun_saved_credits_total{[^}]*${labels}} 1\n`))
  })

  test('is told to who watches as a whole, as text, and to OpenAI’s clients', async (t) => {
    const task = await textTask()
    const first = await asked(task, 'Grüner Tee')
    const watcher = await watch(t, task)
    const events = await watcher.rest()
    const told = events.filter(({ event }) => event === 'output.delta').map(({ data }) => data.text)
    assert.equal(told.join(''), 'Grüner Tee')
    assert.equal(events.at(-1)?.event, 'run.succeeded')
    assert.equal(events.at(-1)?.data.cached_from, first.id)

    for (const stream of [false, true]) {
      const { status, body } = await system().call('POST', '/v1/chat/completions', {
        ...{ model: `task/${task}`, stream, messages: [{ role: 'user', content: 'tea' }] },
      })
      assert.equal(status, 200)
      assert.match(JSON.stringify(body), /Grüner Tee/)
    }
  })

  test('of a task that answers with an object is told to who watches, field by field, too', async (t) => {
    const task = await system().createTask({ llm_model_id: 'spoken', cache: 600 })
    await asked(task, '{"answer": "yes", "score": 1}')
    for (const as of ['text', 'fields']) {
      const watcher = await watch(t, task, `?as=${as}`)
      const events = await watcher.rest()
      assert.ok(
        events.some(({ event }) => event === 'output.delta'),
        as,
      )
      assert.deepEqual(events.at(-1)?.data.response, { answer: 'yes', score: 1 })
      assert.notEqual(events.at(-1)?.data.cached_from, null)
    }
  })

  test('is what ?cache= makes of it: off, for so long, made anew', async () => {
    const task = await textTask()
    const first = await asked(task, 'one')
    assert.equal((await run(task, '?cache=60')).body.cached_from, first.id)
    for (const off of ['0', 'false']) await asked(task, `not kept with ${off}`, `?cache=${off}`)
    assert.equal((await run(task)).body.response, 'one')
    const second = await asked(task, 'two', '?cache=refresh')
    assert.equal((await run(task)).body.cached_from, second.id)

    const plain = await textTask({ cache: 0 })
    await asked(plain, 'one')
    await asked(plain, 'two')
    const kept = await asked(plain, 'three', '?cache=60')
    await asked(plain, 'four')
    assert.equal((await run(plain, '?cache=60')).body.cached_from, kept.id)
    assert.equal((await run(plain, '?cache=refresh')).status, 422)
  })

  test('lasts as long as was said, and no run takes one that is older than it wants', async () => {
    const { redis } = system().core
    const project = system().project.slice(-36)
    const task = await textTask({ cache: 2 })
    await asked(task, 'one')
    const [key = ''] = await resultKeys(redis, project, task)
    assert.ok((await redis.pttl(key)) <= 2000)
    await until(async () => (await redis.exists(key)) === 0)
    await asked(task, 'two', '?cache=600')

    const older = await redis.get(key)
    const [, stamp = '', text = ''] = /^(\d+) (.*)$/s.exec(older ?? '') ?? []
    await redis.set(key, `${Number(stamp) - 60_000} ${text}`, 'KEEPTTL')
    assert.equal((await run(task, '?cache=61')).body.response, 'two')
    await asked(task, 'three', '?cache=60')
    assert.ok((await redis.pttl(reuseKeys(project).kept)) > 0)
  })

  test('is refused where it is none: what is no number of seconds, or too many', async () => {
    const task = await textTask()
    for (const wrong of ['yes', '-1', '1.5', '2592001', 'true', '1e3']) {
      const { status, body } = await run(task, `?cache=${wrong}`)
      assert.equal(status, 422, wrong)
      assert.deepEqual(body.detail[0].loc, ['query', 'cache'])
    }
    for (const wrong of [-1, 1.5, 2_592_001, 'yes']) {
      const { status, body } = await system().call('POST', `/task/${task}`, { cache: wrong })
      assert.equal(status, 422, String(wrong))
      assert.deepEqual(body.detail[0].loc, ['body', 'cache'])
    }
  })

  test('is a setting of the task, not of its revisions, and survives an export', async () => {
    const task = await textTask({ cache: 60 })
    const { body } = await system().call('POST', `/task/${task}`, { cache: 90 })
    assert.deepEqual([body.cache, body.revisions.length], [90, 1])
    assert.equal((await system().call('POST', `/task/${task}`, { cache: null })).body.cache, 0)
    const { body: archive } = await system().call('GET', `/export?task_id=${task}`)
    assert.match(JSON.stringify(archive), /"cache":0/)
  })

  test('is never one that failed, was refused, was cut short, or is too large', async () => {
    const strict = await textTask({ output_retries: 0 })
    const cut = await textTask({ on_truncated: 'accept' })
    const fails: [task: string, say: string, finish: string, status: number][] = [
      [strict, 'half', 'length', 502],
      [strict, 'none', 'content_filter', 502],
      [cut, 'half', 'length', 200],
      [await textTask(), 'long '.repeat(300), 'stop', 200],
    ]
    for (const [task, say, finish, status] of fails) {
      for (let again = 0; again < 2; again += 1) {
        const started = run(task)
        const call = await model.next()
        call.say(say)
        call.end(finish)
        const { status: answered, body } = await started
        assert.equal(answered, status, finish)
        assert.equal((status === 200 ? body : body.detail.run).cached_from, null)
      }
    }
  })

  test('is the same run under the same Idempotency-Key, and another wish is another request', async () => {
    const task = await textTask()
    await asked(task, 'one')
    const options = { headers: { 'idempotency-key': newId() } }
    const path = `/task/${task}/run`
    const body = { task_input: { text: 'tea' } }
    const first = await system().call('POST', `${path}?cache=60`, body, options)
    const again = await system().call('POST', `${path}?cache=60`, body, options)
    assert.equal(again.body.id, first.body.id)
    assert.equal((await system().call('POST', `${path}?cache=0`, body, options)).status, 422)
  })
})
