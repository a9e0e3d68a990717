import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changedFields,
  EMPTY_DRAFT,
  makesRevision,
  wireOf,
} from '../../../console/src/pages/edit-task/draft.ts'
import { trafficOf } from '../../../console/src/pages/edit-task/traffic.ts'

test('only what was changed goes out, as the wire has it', () => {
  const draft = { ...EMPTY_DRAFT, user_prompt: 'x', llm_config: '{"seed": 1}', timeout: '9', annotation: '' }
  const fields = changedFields({ ...EMPTY_DRAFT, annotation: 'old' }, draft)
  assert.deepEqual(fields, ['user_prompt', 'llm_config', 'timeout', 'annotation'])
  assert.deepEqual(wireOf(draft, fields), {
    user_prompt: 'x',
    llm_config: { seed: 1 },
    timeout: 9,
    annotation: null,
  })
  assert.throws(() => wireOf({ ...draft, output_format: '{' }), /^SyntaxError: Output format: /)
})

test('what belongs to the task makes no revision', () => {
  assert.equal(makesRevision(['name', 'description', 'enabled', 'timeout']), false)
  assert.equal(makesRevision(['name', 'user_prompt']), true)
})

test('a share of the traffic is that share of it, whatever the weights of the others', () => {
  const active = [
    { task_revision_id: 'a', weight: 70 },
    { task_revision_id: 'b', weight: 0.5 },
  ]
  const { weight = 0 } = trafficOf({ kind: 'share', percent: 10 }, active)
  assert.ok(Math.abs((weight ?? 0) / ((weight ?? 0) + 70.5) - 0.1) < 1e-12)
  assert.deepEqual(trafficOf({ kind: 'share', percent: 100 }, active), { activate: true })
  assert.deepEqual(trafficOf({ kind: 'share', percent: 10 }, []), { activate: true })
  assert.deepEqual(trafficOf({ kind: 'none', percent: 10 }, active), {})
  assert.deepEqual(trafficOf({ kind: 'test', percent: 10 }, active), { test: true })
})
