import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { openTracer } from '../../../../src/platform/tracing/open-tracer.ts'
import {
  NO_TRACING,
  type TracingOptions,
  traceIdOf,
  within,
} from '../../../../src/platform/tracing/tracing.ts'
import { startOtlpReceiver } from '../../../support/otlp-receiver.ts'
import { type Cleanup, until } from '../../../support/system.ts'

const OPTIONS: TracingOptions = {
  otlpEndpoint: null,
  otlpHeaders: {},
  otlpTimeout: 10_000,
  serviceName: 'test',
  traceRatio: 1,
  spanQueueMax: 1000,
  spanDelay: 10,
}

/** A tracer and the receiver of its spans. */
async function traced(t: Cleanup, fields: Partial<TracingOptions> = {}, silent = false) {
  const receiver = await startOtlpReceiver(t, { silent })
  const tracer = await openTracer({ ...OPTIONS, otlpEndpoint: receiver.url, ...fields }, silentLogger())
  return { receiver, tracer }
}

test('without an endpoint there is no tracer, and its spans are nothing', async () => {
  const tracer = await openTracer(OPTIONS, silentLogger())
  assert.equal(tracer, NO_TRACING)
  const span = tracer.start(
    'work',
    { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    { kind: 'server' },
  )
  assert.deepEqual([span.context, span.child('part', { kind: 'client' })], [null, span])
})

test('as many spans wait for a slow collector as the queue holds, and one more is dropped', async (t) => {
  for (const ended of [10, 11]) {
    const { receiver, tracer } = await traced(t, { spanQueueMax: 10 }, true)
    const end = (name: string) => tracer.start(name, null, { kind: 'internal' }).end()
    end('under way')
    await until(() => receiver.unanswered() > 0)
    for (let span = 1; span <= ended; span += 1) end(`${span}`)
    receiver.speak()
    await tracer.close()
    const arrived = receiver.spans().map(({ name }) => name)
    assert.deepEqual(arrived, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'], `${ended} ended`)
  }
})

test('an export that takes too long is given up, and the next one is made', async (t) => {
  const { receiver, tracer } = await traced(t, { otlpTimeout: 1000 }, true)
  tracer.start('lost', null, { kind: 'internal' }).end()
  await until(() => receiver.exports() === 1 && receiver.unanswered() === 0)
  receiver.speak()
  tracer.start('kept', null, { kind: 'internal' }).end()
  await until(() => receiver.spans().length > 0)
  assert.deepEqual(
    receiver.spans().map(({ name }) => name),
    ['kept'],
  )
  await tracer.close()
})

test('the log tells of exports that fail once in a while, and not in the collector’s words', async (t) => {
  const lines: string[] = []
  const receiver = await startOtlpReceiver(t, { silent: true })
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const tracer = await openTracer({ ...OPTIONS, otlpEndpoint: receiver.url }, log)
  for (const name of ['one', 'another']) {
    tracer.start(name, null, { kind: 'internal' }).end()
    await until(() => receiver.unanswered() > 0)
    receiver.refuse('words of a collector')
    await until(() => receiver.unanswered() === 0)
  }
  await tracer.close()
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /exporting spans failed/)
  assert.doesNotMatch(lines[0] ?? '', /words of a collector/)
})

test('the collector is sent the configured headers', async (t) => {
  const { receiver, tracer } = await traced(t, { otlpHeaders: { 'x-key': 'a secret' } })
  tracer.start('work', null, { kind: 'internal' }).end()
  await tracer.close()
  assert.equal(receiver.headers()['x-key'], 'a secret')
})

test('what is said of a span arrives, undefined says nothing, and long texts are cut', async (t) => {
  const { receiver, tracer } = await traced(t)
  const span = tracer.start('work', null, {
    kind: 'consumer',
    started: 1_700_000_000_000,
    attributes: { text: 'a', absent: undefined, long: 'x'.repeat(1000) },
  })
  span.set({ number: 7, yes: true, list: ['a', 'b'], absent: undefined })
  span.end()
  await tracer.close()
  const [sent] = await receiver.trace(traceIdOf(span.context) ?? '', { work: 1 })
  assert.deepEqual(sent?.attributes, {
    ...{ text: 'a', long: 'x'.repeat(256), number: 7, yes: true },
    list: ['a', 'b'],
  })
  assert.deepEqual([sent?.kind, sent?.startedNs], ['consumer', 1_700_000_000_000_000_000n])
})

test('work that fails ends its span as failed, by the name of the error and not by its words', async (t) => {
  const { receiver, tracer } = await traced(t)
  const span = tracer.start('work', null, { kind: 'internal' })
  const work = within(span, () => Promise.reject(new RangeError('a secret')))
  await assert.rejects(work, RangeError)
  await tracer.close()
  const [sent] = receiver.spans()
  assert.deepEqual([sent?.failed, sent?.attributes], [true, { 'error.type': 'RangeError' }])
})

test("what other systems added to a trace's state goes on with it", async (t) => {
  const { receiver, tracer } = await traced(t)
  const parent = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'one=1,two=2' }
  const span = tracer.start('work', parent, { kind: 'server' })
  assert.equal(span.child('part', { kind: 'client' }).context?.tracestate, 'one=1,two=2')
  span.end()
  await tracer.close()
  assert.deepEqual(
    receiver.spans().map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
    [['a'.repeat(32), 'b'.repeat(16)]],
  )
})
