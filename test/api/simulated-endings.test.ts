import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SimulatedFaults } from '../../src/models/simulated/simulated-faults.ts'
import { startSystem } from '../support/system.ts'

/** What a run comes to whose every call has the fault: of a task that answers with JSON, and with text. */
const ENDS: Partial<Record<keyof SimulatedFaults, readonly [json: string, text: string, calls: number]>> = {
  truncated: ['OUTPUT_TRUNCATED', 'OUTPUT_TRUNCATED', 1],
  filtered: ['CONTENT_FILTERED', 'CONTENT_FILTERED', 1],
  declined: ['MODEL_REFUSED', 'MODEL_REFUSED', 1],
  empty: ['OUTPUT_INVALID', 'OUTPUT_INVALID', 2],
  errorInAnswer: ['MODEL_ERROR', 'MODEL_ERROR', 4],
  noQuota: ['MODEL_ERROR', 'MODEL_ERROR', 1],
  reasoning: ['succeeded', 'succeeded', 1],
}

for (const [fault, [json, text, calls]] of Object.entries(ENDS)) {
  test(`a simulated model with ${fault} ends its runs as a real one would`, async (t) => {
    const system = await startSystem(t, { model: { faults: { [fault]: 1 } } })
    for (const [output_modality, wanted] of [
      ['json', json],
      ['text', text],
    ]) {
      const id = await system.createTask({ output_modality })
      const { body } = await system.call('POST', `/task/${id}/run`, { task_input: { text: 'tea' } })
      const run = body.detail?.run ?? body
      assert.equal(run.error?.reason ?? run.status, wanted)
      assert.equal(run.attempts.length, calls)
      assert.ok(run.input_tokens > 0 || fault === 'noQuota', 'what was billed counts')
      assert.ok(!String(run.response).includes('thought'))
    }
  })
}
