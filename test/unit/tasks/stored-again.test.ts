import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { scoresSchema } from '../../../src/tasks/scores/score.ts'
import { activeRevisionsSchema } from '../../../src/tasks/traffic.ts'

const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('what is sent is what is stored, -0 too: the same again is no change', () => {
  const weights = activeRevisionsSchema(5).parse([
    { task_revision_id: newId(), weight: 1 },
    { task_revision_id: newId(), weight: -0 },
  ])
  assert.deepEqual(stored(weights), weights)
  const scores = scoresSchema(5).parse({
    errors: { type: 'number', min: -0, max: 1, good: 'low' },
    debt: { type: 'number', min: -1, max: -0, good: 'high' },
  })
  assert.deepEqual(stored(scores), scores)
})
