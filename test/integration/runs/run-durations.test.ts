import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProcessServer } from '../../../src/http/process-server.ts'
import { createRunDurations } from '../../../src/runs/run-durations.ts'
import { aRequest, aResult } from '../../support/runs.ts'

const traced = (digit: string, flags: '00' | '01') =>
  aRequest({ trace: { traceparent: `00-${digit.repeat(32)}-${'b'.repeat(16)}-${flags}`, tracestate: null } })

test('a bucket of durations names the latest run in it whose trace was recorded', async (t) => {
  const durations = createRunDurations()
  const server = await startProcessServer('127.0.0.1', 0, {
    gauges: [],
    exemplars: durations.histogram,
    healthy: async () => true,
  })
  t.after(() => server.close())
  const timings = { queued: 1, waiting_on_limit: 0, model: 2, validate: 0, total: 300 }
  durations.observe(traced('1', '01'), aResult({ timings }))
  durations.observe(traced('2', '01'), aResult({ timings }))
  durations.observe(traced('3', '00'), aResult({ timings }))
  durations.observe(aRequest(), aResult({ timings: { ...timings, total: 100_000 } }))

  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/openmetrics-text/)
  const lines = (await answer.text()).split('\n')
  const bucket = (le: string) =>
    lines.find((line) => line.includes(`duration_seconds_bucket{le="${le}",status="succeeded"}`)) ?? ''
  assert.match(bucket('0.32'), new RegExp(` 3 # \\{trace_id="${'2'.repeat(32)}"\\} 0\\.3 [\\d.]+$`))
  assert.match(bucket('81.92'), / 3$/)
  assert.match(bucket('+Inf'), / 4$/)
  assert.equal(lines.at(-2), '# EOF')
})
