import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { createRunDurations } from '../../../../src/runs/execute/run-durations.ts'
import { startOtlpReceiver, tracedBy } from '../../../support/otlp-receiver.ts'
import { aRequest, aResult } from '../../../support/runs.ts'
import { startSystem } from '../../../support/system.ts'

const traced = (digit: string, flags: '00' | '01') =>
  aRequest({ trace: { traceparent: `00-${digit.repeat(32)}-${'b'.repeat(16)}-${flags}`, tracestate: null } })

test('a bucket of durations names the latest run in it whose trace was recorded', async () => {
  const durations = createRunDurations()
  const registry = new Registry()
  durations.exposeIn(registry)
  const timings = { queued: 1, waiting_on_limit: 0, model: 2, validate: 0, total: 300 }
  durations.observe(traced('1', '01'), aResult({ timings }))
  durations.observe(traced('2', '01'), aResult({ timings }))
  durations.observe(traced('3', '00'), aResult({ timings }))
  durations.observe(aRequest(), aResult({ timings: { ...timings, total: 1_000_000 } }))

  const lines = (await registry.metrics()).split('\n')
  const bucket = (le: string) =>
    lines.find((line) => line.includes(`duration_seconds_bucket{le="${le}",status="succeeded"}`)) ?? ''
  assert.match(bucket('0.32'), new RegExp(` 3 # \\{trace_id="${'2'.repeat(32)}"\\} 0\\.3 [\\d.]+$`))
  assert.match(bucket('81.92'), / 3$/)
  assert.match(bucket('+Inf'), / 4$/)
})

test("a worker's own metrics lead from a duration to the trace of the run", async (t) => {
  const receiver = await startOtlpReceiver(t)
  const env = { ...tracedBy(receiver), SPLITRUN_METRICS_PORT: '0' }
  const system = await startSystem(t, { workers: 0, env })
  const { processPort } = await composeWorker(system.core)
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  // The run settles, and its caller hears of it, just before it is counted here.
  await receiver.trace(body.trace_id, { 'run execute': 1 })
  const answer = await fetch(`http://127.0.0.1:${processPort}/metrics`)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/openmetrics-text/)
  const text = await answer.text()
  assert.match(text, new RegExp(`splitrun_worker_run_duration_seconds_bucket.*trace_id="${body.trace_id}"`))
  assert.match(text, /# EOF\n$/)
})
