import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient, SplitrunError } from '../../../client/src/index.ts'
import { aRun, connectTo, RUN, rejection, TASK } from '../../support/client.ts'
import { answer, breakOff, hang, type Step, startScriptedServer } from '../../support/scripted-server.ts'

const refused = (status: number, reason: string, headers: Record<string, string> = {}) =>
  answer(status, { detail: { reason, message: 'no' } }, headers)
const NOW = { 'retry-after': '0' }
const NEW_TASK = { name: 'x', enabled: true, system_prompt: 's', user_prompt: 'u', llm_model_id: 'm' }

/** How often a call was sent, and what it came to: `ok`, or the reason of its error. */
async function outcome(
  client: ReturnType<typeof connectTo>,
  what: 'read' | 'run' | 'create',
): Promise<string> {
  const calls = {
    read: () => client.tasks.get(TASK),
    run: () => client.task(TASK).run({ text: 'tea' }),
    create: () => client.tasks.create(NEW_TASK),
  }
  return calls[what]().then(
    () => 'ok',
    (error: SplitrunError) => error.reason,
  )
}

describe('a call that fails', { concurrency: true }, () => {
  const cases: [string, 'read' | 'run' | 'create', Step[], number, string][] = [
    ['is sent again after 503', 'read', [refused(503, 'STORE_UNAVAILABLE', NOW), answer(200, {})], 2, 'ok'],
    ['is sent again when the connection breaks', 'read', [breakOff, answer(200, {})], 2, 'ok'],
    ['is sent again after a proxy’s page', 'read', [answer(502, '<html>'), answer(200, {})], 2, 'ok'],
    [
      'is given up after two retries',
      'read',
      Array(9).fill(refused(429, 'TOO_MANY_REQUESTS', NOW)),
      3,
      'TOO_MANY_REQUESTS',
    ],
    [
      'is not sent again for what would not change',
      'read',
      [refused(404, 'TASK_NOT_FOUND')],
      1,
      'TASK_NOT_FOUND',
    ],
    [
      'is not sent again for an error of the server',
      'read',
      [refused(500, 'INTERNAL_ERROR')],
      1,
      'INTERNAL_ERROR',
    ],
    [
      'is not sent again where the server says so',
      'read',
      [refused(429, 'BUDGET_EXCEEDED', { ...NOW, 'x-should-retry': 'false' })],
      1,
      'BUDGET_EXCEEDED',
    ],
    [
      'is not sent again where it would have to wait too long',
      'read',
      [refused(429, 'RATE_LIMITED', { 'retry-after': '61' })],
      1,
      'RATE_LIMITED',
    ],
    [
      'is not taken for one that never arrived where another server refuses it in words of its own',
      'read',
      [answer(400, { detail: ['no'] })],
      1,
      'UNEXPECTED_RESPONSE',
    ],
    ['is not read as an answer when it is none', 'read', [answer(200, '<html>')], 1, 'UNEXPECTED_RESPONSE'],
    [
      'that makes something is not sent again when nobody knows whether it arrived',
      'create',
      [breakOff],
      1,
      'CONNECTION_FAILED',
    ],
    [
      'that makes something is not sent again after 503',
      'create',
      [refused(503, 'STORE_UNAVAILABLE', NOW)],
      1,
      'STORE_UNAVAILABLE',
    ],
    [
      'that makes something is sent again after 429',
      'create',
      [refused(429, 'TOO_MANY_REQUESTS', NOW), answer(200, {})],
      2,
      'ok',
    ],
    [
      'that starts a run is sent again when the connection breaks',
      'run',
      [breakOff, breakOff, breakOff, answer(200, aRun())],
      4,
      'ok',
    ],
    [
      'that starts a run is sent again after a proxy’s page',
      'run',
      [answer(504, ''), answer(200, aRun())],
      2,
      'ok',
    ],
  ]
  for (const [name, what, steps, sent, came] of cases) {
    test(name, async (t) => {
      const server = await startScriptedServer(t, steps)
      const found = await outcome(connectTo(server.url), what)
      assert.deepEqual([server.calls.length, found], [sent, came])
    })
  }

  test('bears one Idempotency-Key and one body, however often it is sent; another call bears another', async (t) => {
    const ok = answer(200, aRun())
    const server = await startScriptedServer(t, [breakOff, refused(503, 'QUEUE_FULL', NOW), ok, ok, ok])
    const task = connectTo(server.url).task(TASK)
    await task.run({ text: 'tea' }, { files: [Buffer.from('x')] })
    await task.run({ text: 'tea' })
    await task.run({ text: 'tea' }, { idempotencyKey: 'mine' })
    const keys = server.calls.map(({ headers }) => headers['idempotency-key'])
    assert.equal(new Set(keys.slice(0, 3)).size, 1)
    assert.equal(new Set(keys).size, 3)
    assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
    assert.equal(keys[4], 'mine')
  })

  test('waits without an end where no time limit is wanted', async (t) => {
    const late: Step = (response) => void setTimeout(() => response.end('{}'), 50)
    const busy = refused(503, 'STORE_UNAVAILABLE', { 'retry-after': String(2 ** 40) })
    const server = await startScriptedServer(t, [late, late, busy])
    const limits = { timeoutMs: Infinity, maxRetryDelayMs: Infinity, pollSeconds: Infinity, maxRetries: 9 }
    const client = connectTo(server.url, limits)
    await client.tasks.get(TASK)
    await client.tasks.get(TASK, {}, { timeoutMs: 2 ** 40 })
    const [controller, why] = [new AbortController(), new Error('enough')]
    const waiting = rejection(client.tasks.get(TASK, {}, { signal: controller.signal }))
    await server.called(3)
    // Longer than the shortest wait between two calls.
    await new Promise((resolve) => setTimeout(resolve, 50))
    controller.abort(why)
    assert.equal(await waiting, why)
    assert.equal(server.calls.length, 3)
  })

  test('keeps up with a run while nobody answers who the caller is, or under which id a task stands', async (t) => {
    const gone = Array<Step>(2).fill(refused(503, 'STORE_UNAVAILABLE', NOW))
    const token = answer(200, { access_token: 'a', expires_in: 3600 })
    const whoami = answer(200, { client: { org_id: TASK, project_id: TASK } })
    const found = answer(200, {
      results: [{ id: TASK, name: 'Tea' }],
      pagination: { next_cursor: null, has_next: false, page_limit: 100 },
    })
    const server = await startScriptedServer(t, [
      ...[...gone, token, ...gone, whoami, ...gone, found],
      ...[...gone, answer(200, aRun())],
    ])
    const secret = { clientId: 'a', clientSecret: 'b' }
    const client = createClient({ baseUrl: server.url, ...secret, maxRetries: 0 })
    const { run } = await client.task('Tea').attach(RUN).wait()
    assert.equal(run.id, RUN)
    assert.equal(server.calls.at(-1)?.headers.authorization, 'Bearer a')
  })

  test('has the token of the moment in which it is sent again', async (t) => {
    const server = await startScriptedServer(t, [breakOff, answer(200, {})])
    const tokens = ['token-1', 'token-2']
    const client = connectTo(server.url, { token: () => tokens.shift() ?? '' })
    await client.tasks.get(TASK)
    assert.deepEqual(
      server.calls.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    )
  })

  test('is given up at once without retries and patience', async (t) => {
    const server = await startScriptedServer(t, [breakOff, breakOff])
    const client = connectTo(server.url, { maxRetries: 0, patienceMs: 0 })
    assert.equal(await outcome(client, 'read'), 'CONNECTION_FAILED')
    assert.equal(await outcome(client, 'run'), 'CONNECTION_FAILED')
    assert.equal(server.calls.length, 2)
  })

  test('rejects with TIMED_OUT when nothing comes, and closes the connection', async (t) => {
    const server = await startScriptedServer(t, [hang])
    const client = connectTo(server.url, { maxRetries: 0 })
    const error = await rejection(client.tasks.get(TASK, {}, { timeoutMs: 20 }))
    assert.ok(error instanceof SplitrunError && error.reason === 'TIMED_OUT' && error.retryable)
    await server.calls[0]?.closed
  })
})

describe('a signal', () => {
  const why = new Error('enough')

  test('that has aborted already lets nothing be sent', async (t) => {
    const server = await startScriptedServer(t, [])
    const client = connectTo(server.url)
    const signal = AbortSignal.abort(why)
    assert.equal(await rejection(client.task(TASK).run({}, { signal })), why)
    assert.equal(await rejection(client.tasks.list({}, { signal }).page()), why)
    assert.equal(server.calls.length, 0)
  })

  test('ends a call under way, and its connection', async (t) => {
    const server = await startScriptedServer(t, [hang])
    const controller = new AbortController()
    const running = rejection(connectTo(server.url).task(TASK).run({}, { signal: controller.signal }))
    await server.called(1)
    controller.abort(why)
    assert.equal(await running, why)
    await server.calls[0]?.closed
  })

  test('ends the wait before a retry', async (t) => {
    const server = await startScriptedServer(t, [refused(503, 'QUEUE_FULL', { 'retry-after': '50' })])
    const controller = new AbortController()
    const running = rejection(connectTo(server.url).task(TASK).run({}, { signal: controller.signal }))
    await server.called(1)
    controller.abort(why)
    assert.equal(await running, why)
  })

  test('cancels the run where the caller said so, also when its first call is over', async (t) => {
    const running = aRun({ status: 'running', done: false })
    const server = await startScriptedServer(t, [answer(202, running), hang, answer(200, running)])
    const controller = new AbortController()
    const task = connectTo(server.url).task(TASK)
    const rejected = rejection(task.run({}, { signal: controller.signal, on_disconnect: 'cancel' }))
    await server.called(2)
    controller.abort(why)
    assert.equal(await rejected, why)
    assert.match(server.calls[2]?.url ?? '', new RegExp(`/run/${RUN}/cancel$`))
  })
})
