import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type RunEvent, SplitrunError } from '../../../client/src/index.ts'
import { aRun, connectTo, RUN, rejection, TASK } from '../../support/client.ts'
import { answer, breakOff, type Step, startScriptedServer } from '../../support/scripted-server.ts'

/** Writes a stream; `then` is what becomes of its connection. */
const stream =
  (text: string, then: 'end' | 'break' | 'stay' = 'end'): Step =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-task-run-id': RUN })
    response.write(`retry: 1\n\n${text}`, () => {
      if (then === 'end') response.end()
      if (then === 'break') response.destroy()
    })
  }
const said = (event: string, data: unknown, id = '') =>
  `event: ${event}\n${id && `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
const delta = (offset: number, text: string) =>
  said('output.delta', { attempt: 1, offset, text }, `1-1.${offset + text.length}`)
const status = said('run.status', { id: RUN, status: 'running', attempt: 1, model: 'm' })
const end = said('run.succeeded', aRun({ response: 'a cup of tea' }), 'end')

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const event of events) found.push(event)
  return found
}
const textOf = (events: readonly RunEvent<string>[]): string =>
  events.map((event) => (event.type === 'output.delta' ? event.text : '')).join('')

describe('a stream', () => {
  test('goes on where it broke, over as many connections as it takes, and starts one run', async (t) => {
    const server = await startScriptedServer(t, [
      breakOff,
      stream(`${status}${delta(0, 'a cup')}${delta(5, ' of').slice(0, 20)}`, 'break'),
      stream(`: nothing new\n\nevent: of.another.version\ndata: {}\n\n${delta(5, ' of')}`),
      answer(503, { detail: { reason: 'SHUTTING_DOWN', message: 'no' } }, { 'retry-after': '0' }),
      stream(`${delta(8, ' tea')}${end}`, 'stay'),
    ])
    const streamed = connectTo(server.url).task(TASK, { format: 'text' }).stream({ text: 'tea' })
    assert.equal(streamed.runId, null)
    const events = await all(streamed)
    assert.equal(textOf(events), 'a cup of tea')
    assert.deepEqual(
      events.map(({ type }) => type),
      ['run.status', 'output.delta', 'output.delta', 'output.delta', 'run.succeeded'],
    )
    const { output, run } = await streamed.result()
    assert.deepEqual([output, run.id, streamed.runId], ['a cup of tea', RUN, RUN])
    assert.deepEqual(
      server.calls.map(({ method, headers }) => [method, headers['last-event-id']]),
      [
        ['POST', undefined],
        ['POST', undefined],
        ['GET', '1-1.5'],
        ['GET', '1-1.8'],
        ['GET', '1-1.8'],
      ],
    )
    assert.equal(server.calls[0]?.headers['idempotency-key'], server.calls[1]?.headers['idempotency-key'])
    for (const { headers } of server.calls) assert.equal(headers.accept, 'text/event-stream')
    await server.calls[4]?.closed
  })

  test('tells of a reset, and ends with the failure of its run', async (t) => {
    const failed = aRun({ status: 'failed', response: null })
    const reset = said('output.reset', { attempt: 2, reason: 'repair' }, '1-2.0')
    const server = await startScriptedServer(t, [
      stream(`${delta(0, 'x')}${reset}${said('run.failed', failed, 'end')}`),
    ])
    const streamed = connectTo(server.url).task(TASK).stream()
    const events = await all(streamed)
    assert.deepEqual(events[1], { type: 'output.reset', attempt: 2, reason: 'repair', eventId: '1-2.0' })
    const last = events[2]
    assert.ok(last?.type === 'run.failed' && last.error.reason === 'MODEL_ERROR')
    assert.deepEqual(last.run, failed)
    assert.equal(((await rejection(streamed.result())) as SplitrunError).runId, RUN)
  })

  test('says what becomes of the object where fields are asked for', async (t) => {
    const fields = [
      { path: '/summary', append: 'lo' },
      { path: '/score', set: 0.9 },
    ]
    const text = fields.map((field) => said('output.delta', field, 'x')).join('')
    const server = await startScriptedServer(t, [stream(text + end)])
    const events = await all(connectTo(server.url).task(TASK).attach(RUN).stream({ as: 'fields' }))
    const deltas = events.flatMap((event) => (event.type === 'output.delta' ? [event] : []))
    assert.deepEqual(
      deltas.map(({ path, append, set }) => [path, append, set]),
      [
        ['/summary', 'lo', undefined],
        ['/score', undefined, 0.9],
      ],
    )
    assert.match(server.calls[0]?.url ?? '', /\/events\?as=fields$/)
  })

  test('that nobody looks at has its result all the same', async (t) => {
    const server = await startScriptedServer(t, [stream(status + end)])
    const { output } = await connectTo(server.url).task(TASK, { format: 'text' }).stream().result()
    assert.equal(output, 'a cup of tea')
  })

  test('closes its connection when nobody looks any more; its result is then waited for', async (t) => {
    const server = await startScriptedServer(t, [stream(status, 'stay'), answer(200, aRun())])
    const streamed = connectTo(server.url).task(TASK).stream()
    for await (const _ of streamed) break
    await server.calls[0]?.closed
    assert.deepEqual((await streamed.result()).run, aRun())
    assert.match(server.calls[1]?.url ?? '', new RegExp(`/run/${RUN}\\?wait=25$`))
  })

  for (const way of ['left', 'ended by its signal'] as const) {
    test(`cancels its run when it is ${way}, if its caller said so, also when the first connection is over`, async (t) => {
      const server = await startScriptedServer(t, [
        stream(status),
        stream(status, 'stay'),
        answer(200, aRun({ status: 'cancelled' })),
      ])
      const [controller, why] = [new AbortController(), new Error('enough')]
      const options = { on_disconnect: 'cancel', signal: controller.signal } as const
      let seen = 0
      const looking = (async () => {
        for await (const _ of connectTo(server.url).task(TASK).stream({}, options)) {
          seen += 1
          if (seen < 2) continue
          if (way === 'left') return
          controller.abort(why)
        }
      })()
      if (way === 'left') await looking
      else assert.equal(await rejection(looking), why)
      assert.deepEqual(
        server.calls.map(({ method, url }) => `${method} ${url.replace(/^.*\/run\b/, '')}`),
        ['POST ?on_disconnect=cancel', `GET /${RUN}/events`, `POST /${RUN}/cancel`],
      )
    })
  }

  test('ends by its signal, with its connection', async (t) => {
    const server = await startScriptedServer(t, [stream(status, 'stay')])
    const controller = new AbortController()
    const why = new Error('enough')
    const looked = all(connectTo(server.url).task(TASK).stream({}, { signal: controller.signal }))
    await server.called(1)
    controller.abort(why)
    assert.equal(await rejection(looked), why)
    await server.calls[0]?.closed
  })

  test('that is resumed behind its end has nothing to say but the run', async (t) => {
    const server = await startScriptedServer(t, [
      (response) => response.writeHead(204).end(),
      answer(200, aRun()),
    ])
    const handle = connectTo(server.url).task(TASK).attach(RUN)
    const events = await all(handle.stream({ lastEventId: 'end' }))
    assert.deepEqual(
      events.map(({ type }) => type),
      ['run.succeeded'],
    )
    assert.equal(server.calls[0]?.headers['last-event-id'], 'end')
  })

  const refusals: [string, Step, string][] = [
    ['is refused', answer(404, { detail: { reason: 'TASK_NOT_FOUND', message: 'no' } }), 'TASK_NOT_FOUND'],
    ['gets something else than events', answer(200, {}), 'UNEXPECTED_RESPONSE'],
    ['gets an event that is no JSON', stream('event: run.status\ndata: {\n\n'), 'UNEXPECTED_RESPONSE'],
  ]
  for (const [name, step, reason] of refusals) {
    test(`that ${name} rejects with the reason`, async (t) => {
      const server = await startScriptedServer(t, [step])
      const error = await rejection(all(connectTo(server.url).task(TASK).stream()))
      assert.ok(error instanceof SplitrunError && error.reason === reason, String(error))
    })
  }
})
