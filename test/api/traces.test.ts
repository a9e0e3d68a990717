import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
  tracedBy,
} from '../support/otlp-receiver.ts'
import { type System, startSystem, until, useSystem } from '../support/system.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const INPUT = { task_input: { text: 'a quiet word about tea' } }

describe('tracing', () => {
  let receiver: OtlpReceiver
  const running = useSystem(async (t) => {
    receiver = await startOtlpReceiver(t)
    return { env: tracedBy(receiver) }
  })

  test('a run stores the trace that its call began, and the call answers with it', async () => {
    const task = await running().createTask()
    const { headers, body } = await running().call('POST', `/task/${task}/run`, INPUT)
    assert.match(body.trace_id, /^[0-9a-f]{32}$/)
    assert.match(headers.get('traceparent') ?? '', new RegExp(`^00-${body.trace_id}-[0-9a-f]{16}-01$`))
    const later = await running().call('GET', `/task/${task}/run/${body.id}`)
    assert.equal(later.body.trace_id, body.trace_id)
    assert.doesNotMatch(later.headers.get('traceparent') ?? '', new RegExp(body.trace_id))
  })

  test('nothing that was said to the model, or by it, is in a span', async () => {
    const task = await running().createTask({ system_prompt: 'Whisper.' })
    const { body } = await running().call('POST', `/task/${task}/run`, INPUT)
    const spans = await receiver.trace(body.trace_id, { POST: 1, 'run execute': 1 })
    const sent = JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    for (const said of ['quiet word', 'Whisper', body.response.answer, running().token]) {
      assert.ok(!sent.includes(said), said)
    }
  })

  test('the parameters of a call and the tokens that it took are in its span', async () => {
    const llm_config = { temperature: 0.5, max_tokens: 400, seed: 7 }
    const task = await running().createTask({ llm_model_id: 'simulated-small', llm_config })
    const { body } = await running().call('POST', `/task/${task}/run`, INPUT)
    const [call] = (await receiver.trace(body.trace_id, { chat: 1 })).filter(({ kind }) => kind === 'client')
    const { 'server.port': port, ...attributes } = call?.attributes ?? {}
    assert.equal(call?.name, 'chat simulated-small')
    assert.equal(typeof port, 'number')
    assert.deepEqual(attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'simulated',
      'gen_ai.request.model': 'simulated-small',
      'gen_ai.output.type': 'json',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 400,
      'gen_ai.request.seed': 7,
      'gen_ai.response.model': 'simulated-small',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': body.input_tokens,
      'gen_ai.usage.output_tokens': body.output_tokens,
      'server.address': '127.0.0.1',
    })
  })

  test('a refused request has a span by its route, which is no failure of ours', async () => {
    const { status, headers } = await running().call('GET', '/task', undefined, { token: null })
    const [, trace = ''] = headers.get('traceparent')?.split('-') ?? []
    const [span] = await receiver.trace(trace, { GET: 1 })
    assert.equal(span?.name, 'GET /org/:org_id/project/:project_id/task')
    assert.deepEqual(
      [status, span?.attributes['http.response.status_code'], span?.kind, span?.failed],
      [401, 401, 'server', false],
    )
  })

  test('probes have no span', async () => {
    const { status, headers } = await running().call('GET', '/org/../healthz', undefined, { token: null })
    assert.deepEqual([status, headers.get('traceparent')], [200, null])
  })

  test('a caller that does not record its trace gets its run into it, and none is sent', async () => {
    const task = await running().createTask()
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-00` }
    const { body } = await running().call('POST', `/task/${task}/run`, INPUT, { headers })
    assert.equal(body.trace_id, TRACE)
    // What ended later has arrived, so what ended before has not been sent.
    const next = await running().call('POST', `/task/${task}/run`, INPUT)
    await receiver.trace(next.body.trace_id, { POST: 1, 'run execute': 1 })
    assert.equal(receiver.spans().filter(({ traceId }) => traceId === TRACE).length, 0)
  })

  test('a traceparent that cannot be read begins a trace, like none', async () => {
    const task = await running().createTask()
    for (const traceparent of ['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `ff-${TRACE}-1-01`]) {
      const { status, body } = await running().call('POST', `/task/${task}/run`, INPUT, {
        headers: { traceparent, tracestate: '=,=' },
      })
      assert.equal(status, 200)
      assert.match(body.trace_id, /^(?!0{32})[0-9a-f]{32}$/)
      assert.notEqual(body.trace_id, TRACE)
    }
  })

  test('a repeated call with an Idempotency-Key answers with the trace of its run', async () => {
    const task = await running().createTask()
    const again = () =>
      running().call('POST', `/task/${task}/run`, INPUT, { headers: { 'idempotency-key': 'once' } })
    const [first, second] = [await again(), await again()]
    assert.equal(second.body.trace_id, first.body.trace_id)
    assert.notEqual(second.headers.get('traceparent'), first.headers.get('traceparent'))
  })
})

test('every attempt that failed is a span of its own, and the run that failed with it says why', async (t) => {
  const receiver = await startOtlpReceiver(t)
  const system = await startSystem(t, {
    model: { faults: { serverError: 1 } },
    env: { ...tracedBy(receiver), SPLITRUN_MODEL_ATTEMPTS: '3' },
  })
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run`, INPUT)
  const spans = await receiver.trace(body.detail.run.trace_id, { chat: 3, 'run execute': 1, POST: 1 })
  const seen = (span: ReceivedSpan) => [span.name, span.failed, span.attributes['error.type']]
  assert.deepEqual(
    spans.filter(({ kind }) => kind === 'client').map(seen),
    Array.from({ length: 3 }, () => ['chat simulated-large', true, 'server_error']),
  )
  const executed = spans.filter(({ kind }) => kind === 'consumer')
  assert.deepEqual(executed.map(seen), [['run execute', true, 'MODEL_ERROR']])
  assert.equal(executed[0]?.attributes['splitrun.run.status'], 'failed')
  const [request] = spans.filter(({ kind }) => kind === 'server')
  assert.deepEqual([request?.failed, request?.attributes['error.type']], [true, '502'])
})

test('a run that is cancelled in the queue ends in its own trace', async (t) => {
  const receiver = await startOtlpReceiver(t)
  const system = await startSystem(t, { workers: 0, env: tracedBy(receiver) })
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run?wait=0`, INPUT)
  await system.call('POST', `/task/${task}/run/${body.id}/cancel`)
  const spans = await receiver.trace(body.trace_id, { 'run enqueue': 1, 'run settle': 1 })
  const [enqueued, settled] = ['run enqueue', 'run settle'].map((name) =>
    spans.find((span) => span.name === name),
  )
  assert.equal(settled?.parentSpanId, enqueued?.spanId)
  assert.deepEqual(
    [settled?.attributes['splitrun.run.status'], settled?.attributes['error.type']],
    ['cancelled', 'RUN_CANCELLED'],
  )
})

test('with a ratio of 0 only traces that callers record are sent', async (t) => {
  const receiver = await startOtlpReceiver(t)
  const system = await startSystem(t, { env: { ...tracedBy(receiver), OTEL_TRACES_SAMPLER_ARG: '0' } })
  const task = await system.createTask()
  const own = await system.call('POST', `/task/${task}/run`, INPUT)
  assert.match(own.headers.get('traceparent') ?? '', /-00$/)
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: 'their=mark' }
  await system.call('POST', `/task/${task}/run`, INPUT, { headers })
  await receiver.trace(TRACE, { POST: 1, 'run execute': 1 })
  assert.ok(receiver.spans().every(({ traceId }) => traceId === TRACE))
})

test('without a collector there is no trace: no header, no id, and callers may send what they like', async (t) => {
  const system = await startSystem(t)
  const task = await system.createTask()
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }
  const { body, headers: answered } = await system.call('POST', `/task/${task}/run`, INPUT, { headers })
  assert.deepEqual([body.status, body.trace_id, answered.get('traceparent')], ['succeeded', null, null])
})

test('a collector that is not there costs no run', async (t) => {
  const receiver = await startOtlpReceiver(t)
  receiver.close()
  const system = await startSystem(t, { env: { ...tracedBy(receiver), OTEL_EXPORTER_OTLP_TIMEOUT: '500' } })
  await runFive(system)
})

test('a collector that never answers costs no run, and stopping does not wait for it', async (t) => {
  const receiver = await startOtlpReceiver(t, { silent: true })
  const system = await startSystem(t, {
    env: { ...tracedBy(receiver), OTEL_BSP_MAX_QUEUE_SIZE: '4', OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
  })
  await runFive(system)
  await until(() => receiver.unanswered() > 0)
  await system.core.lifecycle.close()
  assert.ok(receiver.unanswered() > 0)
})

async function runFive(system: System): Promise<void> {
  const task = await system.createTask()
  for (let run = 0; run < 5; run += 1) {
    assert.equal((await system.call('POST', `/task/${task}/run`, INPUT)).status, 200)
  }
}
