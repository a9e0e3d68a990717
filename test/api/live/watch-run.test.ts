import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FieldOperation } from '../../../src/runs/live/field-operation.ts'
import { applyOperation } from '../../support/apply-operation.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { type System, useSystem } from '../../support/system.ts'
import { textOf, type WatchedEvent, watchEvents } from '../../support/watch-events.ts'

describe('a run that is watched', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, other: {}, silent: { stream: 'never' } })
    return { env: model.env }
  })

  const authorization = (on: System) => ({ authorization: `Bearer ${on.token}` })
  const textTask = (fields: object = {}) =>
    system().createTask({ output_modality: 'text', llm_model_id: 'spoken', ...fields })
  const start = (t: Parameters<typeof watchEvents>[0], task: string, query = '') =>
    watchEvents(t, `${system().url}${system().project}/task/${task}/run${query}`, {
      method: 'POST',
      headers: {
        ...authorization(system()),
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
  const watch = (t: Parameters<typeof watchEvents>[0], task: string, id: string, seen = '', query = '') =>
    watchEvents(t, `${system().url}${system().project}/task/${task}/run/${id}/events${query}`, {
      headers: { ...authorization(system()), ...(seen && { 'last-event-id': seen }) },
    })

  test('is told its states, every piece of the answer as it comes, and the whole run at the end', async (t) => {
    const task = await textTask()
    const watcher = await start(t, task)
    assert.equal(watcher.status, 200)
    assert.equal(watcher.headers.get('content-type'), 'text/event-stream')
    assert.equal(watcher.headers.get('cache-control'), 'no-store, no-transform')
    assert.equal(watcher.headers.get('x-accel-buffering'), 'no')
    const id = watcher.headers.get('x-task-run-id') ?? ''
    assert.equal(watcher.headers.get('location'), `${system().project}/task/${task}/run/${id}`)
    const call = await model.next()
    assert.equal(call.streamed, true)
    call.say('Grüner ')
    const first = await watcher.until(({ event }) => event === 'output.delta')
    assert.deepEqual(first.at(-1), {
      event: 'output.delta',
      id: '1-1.8',
      data: { attempt: 1, offset: 0, text: 'Grüner ' },
    })
    const status = first.findLast(({ event }) => event === 'run.status')
    assert.deepEqual(status?.data, { id, status: 'running', attempt: 1, model: 'spoken' })
    call.say('Tee 🍵')
    const second = await watcher.until(({ event }) => event === 'output.delta')
    assert.deepEqual(second, [
      { event: 'output.delta', id: '1-1.16', data: { attempt: 1, offset: 8, text: 'Tee 🍵' } },
    ])
    call.end()
    const [end] = await watcher.rest()
    assert.equal(end?.event, 'run.succeeded')
    assert.equal(end?.id, 'end')
    const { body: run } = await system().call('GET', `/task/${task}/run/${id}`)
    assert.deepEqual(end?.data, run)
    assert.equal(run.response, 'Grüner Tee 🍵')
    assert.equal(run.output_tokens, 8)
  })

  test('goes on where a reader broke off, from any offset, in any process; 204 after the end', async (t) => {
    const task = await textTask()
    const watcher = await start(t, task)
    const id = watcher.headers.get('x-task-run-id') ?? ''
    const call = await model.next()
    call.say('one ')
    const seen = await watcher.until(({ event }) => event === 'output.delta')
    watcher.cut()
    call.say('two ')
    const second = await watch(t, task, id, seen.at(-1)?.id)
    const more = await second.until(({ event }) => event === 'output.delta')
    assert.equal(textOf(more), 'two ')
    assert.ok(!more.some(({ event }) => event === 'output.reset'))
    const fresh = await watch(t, task, id)
    assert.equal(textOf(await fresh.until(({ event }) => event === 'output.delta')), 'one two ')
    const byQuery = await watch(t, task, id, '', '?last_event_id=1-1.4')
    assert.equal(textOf(await byQuery.until(({ event }) => event === 'output.delta')), 'two ')
    call.say('three')
    call.end()
    assert.equal(textOf(await second.rest()), 'three')
    assert.equal(textOf(await fresh.rest()), 'three')
    const late = await watch(t, task, id, '1-1.4')
    const lateEvents = await late.rest()
    assert.equal(textOf(lateEvents), 'two three')
    assert.equal(lateEvents.at(-1)?.event, 'run.succeeded')
    const allSeen = await (await watch(t, task, id, '1-1.13')).rest()
    assert.deepEqual(
      allSeen.map(({ event }) => event),
      ['run.succeeded'],
    )
    assert.equal((await watch(t, task, id, 'end')).status, 204)
  })

  test('is reset when its model fails, repeats itself, or another one is asked, and says why', async (t) => {
    const task = await system().createTask({ llm_model_id: 'spoken', fallback_llm_model_id: 'other' })
    const watcher = await start(t, task)
    const first = await model.next()
    first.say('{"answer": "o')
    await watcher.until(({ event }) => event === 'output.delta')
    first.cut()
    const second = await model.next()
    const retried = await watcher.until(({ event }) => event === 'output.reset')
    assert.deepEqual(retried.at(-1)?.data, { attempt: 2, reason: 'retry' })
    assert.equal(retried.at(-1)?.id, '1-2.0')
    second.say('{"answer": 1}')
    second.end()
    const third = await model.next()
    const repaired = await watcher.until(({ event }) => event === 'output.reset')
    assert.deepEqual(repaired.at(-1)?.data, { attempt: 3, reason: 'repair' })
    third.say('no')
    third.end()
    const fourth = await model.next()
    const fallen = await watcher.until(({ event }) => event === 'output.reset')
    assert.deepEqual(fallen.at(-1)?.data, { attempt: 4, reason: 'fallback' })
    fourth.say('{"answer": "tea", "score": 1}')
    fourth.end()
    const rest = await watcher.rest()
    assert.equal(textOf(rest), '{"answer": "tea", "score": 1}')
    assert.equal(rest.at(-1)?.event, 'run.succeeded')
  })

  test('what a model said of an object is told to its end to who was away in that moment', async (t) => {
    const task = await system().createTask({ llm_model_id: 'spoken' })
    const watcher = await start(t, task)
    const id = watcher.headers.get('x-task-run-id') ?? ''
    const call = await model.next()
    call.say('{"answer": "t')
    const seen = await watcher.until(({ event }) => event === 'output.delta')
    const other = await watch(t, task, id)
    watcher.cut()
    call.say('ea", "score": 1}')
    call.end()
    await other.rest()
    const late = await (await watch(t, task, id, seen.at(-1)?.id)).rest()
    assert.equal(textOf(late), 'ea", "score": 1}')
    assert.equal(late.at(-1)?.event, 'run.succeeded')
  })

  test('fields are told as operations, numbers and words only when they are complete', async (t) => {
    const task = await system().createTask({
      llm_model_id: 'spoken',
      output_format: { answer: 'string', score: 'number', tags: 'list' },
    })
    const watcher = await start(t, task, '?as=fields')
    const call = await model.next()
    const operations = async () =>
      (await watcher.until(({ event }) => event === 'output.delta')).at(-1)?.data as unknown
    call.say('Here it is: {"answer": "a\\ud83c')
    assert.deepEqual(await operations(), { path: '/answer', append: 'a' })
    call.say('\\udf75 b", "score": 1')
    assert.deepEqual(await operations(), { path: '/answer', append: '🍵 b' })
    call.say('2, "tags": ["')
    assert.deepEqual(await operations(), { path: '/score', set: 12 })
    assert.deepEqual(await operations(), { path: '/tags', set: [] })
    call.say('x"]}')
    assert.deepEqual(await operations(), { path: '/tags/0', append: 'x' })
    call.end()
    const end = (await watcher.rest()).at(-1)
    assert.deepEqual(end?.data.response, { answer: 'a🍵 b', score: 12, tags: ['x'] })
  })

  test('all operations come to the response: what its text was not, or is no longer there to tell, is set before the end', async (t) => {
    const task = await system().createTask({
      llm_model_id: 'spoken',
      output_format: { answer: 'string', score: 'number', tags: 'list' },
    })
    const watcher = await start(t, task, '?as=fields')
    const id = watcher.headers.get('x-task-run-id') ?? ''
    const call = await model.next()
    // The score comes as a text, and from there on it is no JSON.
    call.say(`{"answer": "tea", "score": "12", tags: ['x']}`)
    const first = await watcher.until(({ data }) => data.path === '/answer')
    call.end()
    const rest = await watcher.rest()
    const response = { answer: 'tea', score: 12, tags: ['x'] }
    assert.deepEqual(rest.at(-1)?.data.response, response)
    const operationsOf = (events: readonly WatchedEvent[]) =>
      events.flatMap(({ event, data }) => (event === 'output.delta' ? [data as FieldOperation] : []))
    const built = (events: readonly WatchedEvent[]) => {
      const object = {}
      for (const operation of operationsOf(events)) applyOperation(object, operation)
      return object
    }
    assert.deepEqual(built([...first, ...rest]), response)
    // Who has seen a part of what is set is told of the members that follow; who comes new, of all.
    const setAt = rest.findLast(({ data }) => data.path === '/score')?.id ?? ''
    assert.deepEqual(built(await (await watch(t, task, id, setAt, '?as=fields')).rest()), { tags: ['x'] })
    assert.deepEqual(built(await (await watch(t, task, id, '', '?as=fields')).rest()), response)
  })

  test('a model that is not streamed is shown at once, and who comes after the claim gets states and the end', async (t) => {
    const task = await textTask({ llm_model_id: 'silent' })
    const watcher = await start(t, task)
    const call = await model.next()
    assert.equal(call.streamed, false)
    call.say('whole')
    call.end()
    assert.equal(textOf(await watcher.rest()), 'whole')

    const other = await textTask()
    const { body: run } = await system().call('POST', `/task/${other}/run?wait=0`, {
      task_input: { text: 'x' },
    })
    const unwatched = await model.next()
    assert.equal(unwatched.streamed, false)
    const late = await watch(t, other, run.id)
    const status = await late.next()
    assert.deepEqual(status?.data.status, 'running')
    unwatched.say('done')
    unwatched.end()
    const rest = await late.rest()
    assert.deepEqual(
      rest.map(({ event }) => event),
      ['output.delta', 'run.succeeded'],
    )
  })
})
