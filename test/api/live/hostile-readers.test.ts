import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { speakModels } from '../../support/spoken-model.ts'
import { type Cleanup, until, useSystem } from '../../support/system.ts'
import { textOf, type WatchedEvent, watchEvents } from '../../support/watch-events.ts'

const isDelta = ({ event }: WatchedEvent): boolean => event === 'output.delta'
/** As many bytes as a name of a model may have where it is told. */
const LONG_NAME = '長'.repeat(200)

describe('who watches a run', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, [LONG_NAME]: {} })
    return {
      env: { ...model.env, SPLITRUN_CORS_ORIGINS: 'https://app.example', SPLITRUN_PROJECT_STREAMS_MAX: '2' },
    }
  })
  const pathOf = (task: string) => `${system().project}/task/${task}/run`
  const start = (t: Cleanup, task: string, query = '', headers: Record<string, string> = {}) =>
    watchEvents(t, `${system().url}${pathOf(task)}${query}`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${system().token}`, accept: 'text/event-stream' },
        ...{ 'content-type': 'application/json', ...headers },
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
  const watch = (t: Cleanup, path: string, seen = '', init: RequestInit = {}) =>
    watchEvents(t, `${system().url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${system().token}`, ...(seen && { 'last-event-id': seen }) },
    })
  const textTask = () => system().createTask({ output_modality: 'text', llm_model_id: 'spoken' })
  /** A run that has said something, and nobody watches it. */
  async function speaking(t: Cleanup, text: string) {
    const task = await textTask()
    const first = await start(t, task)
    const id = first.headers.get('x-task-run-id') ?? ''
    const call = await model.next()
    call.say(text)
    await first.until(({ event }) => event === 'output.delta')
    first.cut()
    return { task, id, call, path: `${pathOf(task)}/${id}/events` }
  }

  test('may name any position: what is none of the text begins anew, and no character is cut', async (t) => {
    const { call, path } = await speaking(t, 'Tee 🍵 und')
    for (const seen of ['1-1.5', '1-1.7', '1-1.999999999999', '9-9.3', '0-0.0']) {
      const watcher = await watch(t, path, seen)
      const events = await watcher.until(({ event }) => event === 'output.delta')
      assert.deepEqual(
        events.map(({ event }) => event),
        ['run.status', 'output.reset', 'output.delta'],
        seen,
      )
      assert.equal(textOf(events), 'Tee 🍵 und')
      watcher.cut()
    }
    call.end()
    await until(
      async () =>
        (await system().call('GET', path.replace(/^.*\/task/, '/task').replace('/events', ''))).body.done,
    )
    for (const seen of ['1-1.5', '1-1.999999999999', '9-9.3']) {
      const events = await (await watch(t, path, seen)).rest()
      assert.equal(textOf(events), 'Tee 🍵 und', seen)
      assert.deepEqual(
        events.map(({ event }) => event),
        ['output.reset', 'output.delta', 'run.succeeded'],
      )
    }
    for (const seen of ['x', '1-1', '1-1.', '-1.0', '1-1.1e3', '01234567890-1.0', 'end ', 'é']) {
      assert.equal((await watch(t, `${path}?last_event_id=${encodeURIComponent(seen)}`)).status, 422, seen)
    }
  })

  test('is answered to HEAD with the head alone, and is refused what is not there or has no fields', async (t) => {
    const { call, task, id, path } = await speaking(t, 'tea')
    const head = await watch(t, path, '', { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.equal(head.headers.get('content-type'), 'text/event-stream')
    assert.equal(await head.next(), null)
    const other = await textTask()
    assert.equal((await watch(t, `${pathOf(other)}/${id}/events`)).status, 404)
    const { project, token } = await system().createProject()
    const foreign = { headers: { authorization: `Bearer ${token}` } }
    const elsewhere = await watchEvents(t, `${system().url}${project}/task/${task}/run/${id}/events`, foreign)
    assert.equal(elsewhere.status, 404)
    assert.equal((await watchEvents(t, `${system().url}${path}`, foreign)).status, 404)
    assert.equal((await watch(t, `${path}?as=fields`)).status, 422)
    const before = model.calls()
    assert.equal((await start(t, task, '?as=fields')).status, 422)
    assert.equal(model.calls(), before)
    call.end()
  })

  test('is served as long as it said, and again with the same key; its run goes on, or ends with it', async (t) => {
    const task = await textTask()
    const brief = await start(t, task, '?wait=0.3', { 'idempotency-key': 'brief' })
    const call = await model.next()
    call.say('one ')
    assert.equal(textOf(await brief.rest()), 'one ')
    const preferred = await start(t, task, '', { 'idempotency-key': 'brief', prefer: 'wait=0.2' })
    assert.equal(preferred.headers.get('preference-applied'), 'wait=0.2')
    assert.equal(preferred.headers.get('idempotent-replayed'), 'true')
    assert.equal(textOf(await preferred.rest()), 'one ')
    const seen = { 'idempotency-key': 'brief', 'last-event-id': '1-1.2' }
    assert.equal(textOf(await (await start(t, task, '?wait=0.2', seen)).rest()), 'e ')
    const again = await start(t, task, '', { 'idempotency-key': 'brief' })
    assert.equal(again.headers.get('x-task-run-id'), brief.headers.get('x-task-run-id'))
    await again.until(({ event }) => event === 'output.delta')
    call.say('two')
    call.end()
    const rest = await again.rest()
    assert.equal(textOf(rest), 'two')
    assert.equal(rest.at(-1)?.data.response, 'one two')
    const late = await (await start(t, task, '', { 'idempotency-key': 'brief' })).rest()
    assert.equal(textOf(late), 'one two')
    assert.equal((await start(t, task, '', { ...seen, 'last-event-id': 'end' })).status, 204)
    const before = model.calls()
    assert.equal((await start(t, task, '', { 'last-event-id': 'x' })).status, 422)
    assert.equal(model.calls(), before)

    const async = await start(t, task, '', { prefer: 'respond-async' })
    assert.equal(async.status, 202)
    const unwatched = await model.next()
    unwatched.say('tea')
    unwatched.end()

    const leaving = await start(t, task, '?on_disconnect=cancel')
    const id = leaving.headers.get('x-task-run-id')
    await model.next()
    leaving.cut()
    await until(
      async () => (await system().call('GET', `/task/${task}/run/${id}`)).body.status === 'cancelled',
    )
  })

  test('may come anew with the id of an event of another run: it is told the new one from its beginning', async (t) => {
    const watcher = await start(t, await textTask(), '', { 'last-event-id': '7-7.700' })
    const call = await model.next()
    call.say('tea')
    call.end()
    const events = await watcher.rest()
    assert.equal(textOf(events), 'tea')
    assert.ok(!events.some(({ event }) => event === 'output.reset'))
  })

  test('is told what comes at once in parts, however long it is, and whatever the name of its model', async (t) => {
    const task = await system().createTask({ output_modality: 'text', llm_model_id: LONG_NAME })
    const watcher = await start(t, task)
    const call = await model.next()
    const long = '茶 und Tee. '.repeat(3000)
    call.say(long)
    const events: WatchedEvent[] = []
    while (textOf(events).length < long.length) events.push(...(await watcher.until(isDelta)))
    assert.equal(textOf(events), long)
    assert.ok(events.filter(isDelta).length > 1)
    assert.equal(events.findLast(({ event }) => event === 'run.status')?.data.model, LONG_NAME)
    const second = await watch(t, `${pathOf(task)}/${watcher.headers.get('x-task-run-id')}/events`, '1-1.3')
    assert.equal(textOf(await second.until(isDelta)).slice(0, 9), ' und Tee.')
    call.say('Ende.')
    call.end()
    assert.equal(textOf(await watcher.rest()), 'Ende.')
  })

  test('sees what was recognised as reasoning too late taken back, so that the pieces are the response', async (t) => {
    const task = await textTask()
    const watcher = await start(t, task)
    const call = await model.next()
    call.say('Hm, tea or coffee? ')
    await watcher.until(({ event }) => event === 'output.delta')
    call.say('</think>')
    call.say('Tea.')
    call.end()
    const rest = await watcher.rest()
    const end = rest.at(-1)
    assert.equal(end?.data.response, 'Tea.')
    assert.deepEqual(rest.find(({ event }) => event === 'output.reset')?.data, {
      attempt: 1,
      reason: 'repair',
    })
    assert.equal(textOf(rest), 'Tea.')
  })

  test('takes up one of so many places of its project, and gives it back when it goes', async (t) => {
    const { call, path, task } = await speaking(t, 'tea')
    const watchers = [await watch(t, path), await watch(t, path)]
    assert.equal((await watch(t, path)).status, 429)
    const before = model.calls()
    const refused = await start(t, task)
    assert.equal(refused.status, 429)
    assert.equal(model.calls(), before, 'no run was started')
    watchers[0]?.cut()
    await until(async () => (await watch(t, path, '', { method: 'HEAD' })).status === 200)
    call.end()
  })

  test('is answered as the document says, streams too', async () => {
    const task = await textTask()
    const answering = system().call(
      ...(['POST', `/task/${task}/run`, { task_input: { text: 'tea' } }] as const),
      { headers: { accept: 'text/event-stream' } },
    )
    const call = await model.next()
    call.say('tea')
    call.end()
    const started = await answering
    assert.equal(started.status, 200)
    assert.match(started.body, /event: run\.succeeded\nid: end\n/)
    const events = `/task/${task}/run/${started.headers.get('x-task-run-id')}/events`
    const watched = await system().call('GET', events)
    assert.match(watched.body, /"text":"tea"/)
    const seen = { headers: { 'last-event-id': 'end' } }
    assert.equal((await system().call('GET', events, undefined, seen)).status, 204)
    assert.equal((await system().call('GET', `${events}?last_event_id=x`)).status, 422)
    assert.equal((await system().call('GET', events.replace(/run\/[^/]+/, `run/${task}`))).status, 404)
  })

  test('may be a page of an origin that is named, with Last-Event-ID', async () => {
    const answer = await fetch(`${system().url}${pathOf(await textTask())}/x/events`, {
      method: 'OPTIONS',
      headers: {
        ...{ origin: 'https://app.example', 'access-control-request-method': 'GET' },
        'access-control-request-headers': 'authorization,last-event-id',
      },
    })
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example')
    assert.match(answer.headers.get('access-control-allow-headers') ?? '', /last-event-id/i)
  })
})
