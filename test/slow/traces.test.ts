import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { openPort } from '../../src/http/port/open-port.ts'
import { type ReceivedSpan, startOtlpReceiver, tracedBy } from '../support/otlp-receiver.ts'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { speakModels } from '../support/spoken-model.ts'
import { type Cleanup, startSystem } from '../support/system.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const ANSWER = JSON.stringify({ answer: 'tea', score: 1 })

/** A model server that fails `failures` times, then answers, and keeps the traceparents that it was sent. */
async function startModel(t: Cleanup, failures: number) {
  const traceparents: (string | undefined)[] = []
  const server = createServer((request, response) => {
    traceparents.push(request.headers['traceparent'] as string | undefined)
    request.resume()
    const failing = traceparents.length <= failures
    response.writeHead(failing ? 503 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        model: 'the-model-that-answered',
        choices: [{ message: { content: ANSWER }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 12, completion_tokens: 3 },
      }),
    )
  })
  const port = await openPort(server, '127.0.0.1', 0)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${port}/v1`, traceparents }
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan[] =>
  spans
    .filter((span) => span.name.startsWith(name))
    .sort((one, other) => Number(one.startedNs - other.startedNs))
const only = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = named(spans, name)
  return found.length === 1 && found[0] ? found[0] : assert.fail(`${found.length} spans ${name}`)
}

test('one trace leads from the caller over the API and a worker to the model, each call of it included', async (t) => {
  const receiver = await startOtlpReceiver(t)
  const model = await startModel(t, 1)
  const system = await startSystem(t, { workers: 0 })
  const env = { ...tracedBy(receiver), OTEL_SERVICE_NAME: 'prompts', SPLITRUN_SIMULATED_URL: model.url }
  const [api, worker] = await Promise.all([
    startApiProcess(t, system, env),
    startWorkerProcess(t, system, { ...env, SPLITRUN_MODEL_BACKOFF: '1ms' }),
  ])
  const task = await system.createTask()
  const answer = await fetch(`${api.url}/api/v1${system.project}/task/${task}/run`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.token}`,
      traceparent: `00-${TRACE}-${CALLER}-01`,
      tracestate: 'their=mark',
    },
    body: JSON.stringify({ task_input: { text: 'tea' } }),
  })
  const run = (await answer.json()) as { id: string; trace_id: string; status: string }
  assert.deepEqual([run.status, run.trace_id], ['succeeded', TRACE])

  const spans = await receiver.trace(TRACE, { POST: 1, 'run enqueue': 1, 'run execute': 1 })
  const request = only(spans, `POST /org/:org_id/project/:project_id/task/:task_id/run`)
  const enqueue = only(spans, 'run enqueue')
  const execute = only(spans, 'run execute')
  const calls = named(spans, 'chat simulated-large')
  assert.equal(answer.headers.get('traceparent'), `00-${TRACE}-${request.spanId}-01`)
  const tree = [request, enqueue, execute, ...calls, only(spans, 'run settle')]
  assert.deepEqual(
    tree.map(({ kind, parentSpanId }) => [kind, parentSpanId]),
    [
      ['server', CALLER],
      ['producer', request.spanId],
      ['consumer', enqueue.spanId],
      ['client', execute.spanId],
      ['client', execute.spanId],
      ['internal', execute.spanId],
    ],
  )
  assert.deepEqual(
    model.traceparents,
    calls.map(({ spanId }) => `00-${TRACE}-${spanId}-01`),
  )
  assert.deepEqual(
    calls.map(({ attributes }) => [
      attributes['error.type'],
      attributes['http.response.status_code'],
      attributes['gen_ai.response.model'],
      attributes['gen_ai.usage.input_tokens'],
      attributes['gen_ai.usage.output_tokens'],
    ]),
    [
      ['server_error', 503, undefined, undefined, undefined],
      [undefined, undefined, 'the-model-that-answered', 12, 3],
    ],
  )
  for (const { attributes } of [request, enqueue, execute])
    assert.equal(attributes['splitrun.run.id'], run.id)
  for (const { resource } of spans) assert.equal(resource['service.name'], 'prompts')
  const processes = new Set(spans.map(({ resource }) => resource['process.pid']))
  assert.deepEqual(processes, new Set([api.pid, worker.pid]))
  await Promise.all([
    api.wrote(new RegExp(`"trace_id":"${TRACE}".*"msg":"request"`)),
    worker.wrote(new RegExp(`"trace_id":"${TRACE}".*"msg":"run settled"`)),
  ])
})

test('a run that is handed back shows both its workers, and the first one sends its spans before it ends', async (t) => {
  const receiver = await startOtlpReceiver(t)
  const model = await speakModels(t)
  const env = { ...tracedBy(receiver), ...model.env }
  const system = await startSystem(t, { workers: 0, env })
  // So rare are its exports that only its end can have brought its spans.
  const leaving = await startWorkerProcess(t, system, {
    ...env,
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    SPLITRUN_SHUTDOWN_GRACE: '0s',
  })
  const task = await system.createTask({ llm_model_id: 'spoken', output_modality: 'text' })
  const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
  await model.next()
  assert.deepEqual(await leaving.stop('SIGTERM'), { code: 0, signal: null })
  const [first] = named(await receiver.trace(body.trace_id, { 'run execute': 1 }), 'run execute')
  assert.equal(first?.attributes['splitrun.execution'], 'released')

  const second = await startWorkerProcess(t, system, env)
  const call = await model.next()
  call.say('tea')
  call.end()
  const spans = await receiver.trace(body.trace_id, { 'run execute': 2, 'run enqueue': 1 })
  const enqueue = only(spans, 'run enqueue')
  assert.deepEqual(
    named(spans, 'run execute').map(({ parentSpanId, attributes, resource }) => [
      parentSpanId,
      attributes['splitrun.execution'],
      attributes['splitrun.run.claim'],
      resource['process.pid'],
    ]),
    [
      [enqueue.spanId, 'released', 1, leaving.pid],
      [enqueue.spanId, 'settled', 2, second.pid],
    ],
  )
  const calls = named(spans, 'chat').map(({ attributes }) => attributes['error.type'])
  assert.deepEqual(calls, ['aborted', undefined])
})
