import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient, SplitrunError, type StandardSchema } from '../../../client/src/index.ts'
import { aRun, connectTo, RUN, rejection, TASK } from '../../support/client.ts'
import { answer, startScriptedServer } from '../../support/scripted-server.ts'

describe('an error says', () => {
  test('what the server said, with the run where there is one', async (t) => {
    const run = aRun({ status: 'failed' })
    const detail = { reason: 'RATE_LIMITED', message: 'too fast', run_id: RUN, run, violated_policies: ['a'] }
    const headers = { 'x-request-id': 'r-1', 'retry-after': '3' }
    const server = await startScriptedServer(t, [answer(429, { detail }, headers)])
    const error = await rejection(connectTo(server.url, { maxRetries: 0 }).tasks.get(TASK))
    assert.ok(error instanceof SplitrunError)
    const { reason, status, retryable, retryAfterMs, runId, requestId, message } = error
    assert.deepEqual([reason, status, retryable, retryAfterMs], ['RATE_LIMITED', 429, true, 3000])
    assert.deepEqual([runId, requestId, message], [RUN, 'r-1', 'RATE_LIMITED: too fast'])
    assert.deepEqual(error.run, run)
    assert.deepEqual(error.detail, { violated_policies: ['a'] })
  })

  test('where a request is wrong', async (t) => {
    const issues = [{ loc: ['body', 'task_input', 'text'], msg: 'missing', type: 'missing' }]
    const server = await startScriptedServer(t, [answer(422, { detail: issues })])
    const error = await rejection(connectTo(server.url).task(TASK).run())
    assert.ok(error instanceof SplitrunError)
    assert.deepEqual([error.reason, error.status, error.retryable], ['INVALID_REQUEST', 422, false])
    assert.deepEqual(error.issues, issues)
    assert.match(error.message, /body\.task_input\.text: missing/)
  })

  test('the same of a run that failed while its call waited, and of one that failed afterwards', async (t) => {
    const failed = aRun({
      status: 'failed',
      error: { reason: 'OUTPUT_INVALID', message: 'no', retryable: true, refusal: null, partial: 'x' },
    })
    const detail = { reason: 'OUTPUT_INVALID', message: 'no', run_id: RUN, retryable: true, run: failed }
    const begun = aRun({ status: 'queued', done: false })
    const server = await startScriptedServer(t, [
      answer(502, { detail }),
      answer(202, begun),
      answer(200, failed),
    ])
    const task = connectTo(server.url).task(TASK)
    const [first, second] = [await rejection(task.run()), await rejection(task.run())]
    for (const error of [first, second]) {
      assert.ok(error instanceof SplitrunError)
      assert.deepEqual([error.reason, error.runId, error.retryable], ['OUTPUT_INVALID', RUN, true])
      assert.deepEqual(error.run, failed)
    }
    assert.equal(server.calls.length, 3)
  })
})

describe('a schema', () => {
  const upper: StandardSchema<string> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        const { answer: text } = value as { answer?: string }
        if (text !== 'tea') return { issues: [{ message: 'no tea', path: ['answer', { key: 0 }] }] }
        return { value: text.toUpperCase() }
      },
    },
  }

  test('makes the output of the response, or says where that does not fit and keeps the run', async (t) => {
    const other = aRun({ response: { answer: 'coffee' } })
    const server = await startScriptedServer(t, [answer(200, aRun()), answer(200, other)])
    const task = connectTo(server.url).task(TASK, { schema: upper })
    const { output, run } = await task.run()
    assert.deepEqual([output, run], ['TEA', aRun()])
    const error = await rejection(task.run())
    assert.ok(error instanceof SplitrunError)
    assert.deepEqual([error.reason, error.runId], ['OUTPUT_MISMATCH', RUN])
    assert.deepEqual(error.issues, [{ loc: ['response', 'answer', 0], msg: 'no tea', type: 'schema' }])
    assert.deepEqual(error.run, other)
  })
})

test('options that no call could be made with are refused at once', () => {
  const baseUrl = 'http://127.0.0.1'
  for (const wrong of [
    { baseUrl: undefined as unknown as string },
    { baseUrl: '/relative', token: 'a' },
    { baseUrl, token: '' },
    { baseUrl, clientId: 'a' },
    { baseUrl, clientSecret: 'a' },
    { baseUrl, token: 'a', clientId: 'a', clientSecret: 'a' },
    { baseUrl, pollSeconds: 0 },
    { baseUrl, maxRetries: Number.NaN },
  ])
    assert.throws(() => createClient(wrong), TypeError, JSON.stringify(wrong))
})

test('what cannot be sent is the caller’s mistake, refused at once and without a call', async (t) => {
  const server = await startScriptedServer(t, [])
  const client = connectTo(server.url)
  const circle: Record<string, unknown> = {}
  circle['circle'] = circle
  for (const mistake of [
    () => client.task(TASK).run(circle),
    () => client.task(TASK).run({ id: 1n }),
    () => client.task(TASK).run({}, { idempotencyKey: 'two\nlines' }),
    () => connectTo(server.url, { headers: { 'no name': 'x' } }).whoami(),
    async () => client.tasks.get(''),
    async () => client.tasks.delete('..'),
    async () => client.task(TASK).attach('.').cancel(),
    async () => client.task(TASK).attach(RUN).file('..'),
    async () => client.keys.revoke(''),
  ])
    assert.ok((await rejection(mistake())) instanceof TypeError, String(mistake))
  assert.equal(server.calls.length, 0)
})

test('headers of the client and of a call replace its own, however they are written', async (t) => {
  const server = await startScriptedServer(t, [answer(200, {})])
  await connectTo(server.url, { headers: { Accept: 'x/y', 'x-mine': '1' } }).whoami()
  const { accept, authorization, 'x-mine': mine } = server.calls[0]?.headers ?? {}
  assert.deepEqual([accept, authorization, mine], ['x/y', 'Bearer secret', '1'])
})

test('the base URL is taken with or without the mount, under any prefix', async () => {
  const asked: string[] = []
  for (const baseUrl of ['http://a', 'http://a/', 'http://a/api/v1/', 'http://a/deep/er', '..']) {
    const client = createClient({
      baseUrl,
      token: 'x',
      fetch: async (url) => {
        asked.push(url)
        return Response.json({})
      },
    })
    await client.whoami()
  }
  const whoami = '/api/v1/whoami'
  assert.deepEqual(asked, [...Array(3).fill(`http://a${whoami}`), `http://a/deep/er${whoami}`, `..${whoami}`])
})
