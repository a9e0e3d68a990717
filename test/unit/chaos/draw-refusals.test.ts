import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../src/config.ts'
import { drawRefusals } from '../../chaos/draw-refusals.ts'

test('a seed repeats what the model does not know; over many seeds it is everything, something and nothing', () => {
  const drawn = Array.from({ length: 200 }, (_, seed) => drawRefusals(seed))
  assert.deepEqual(drawRefusals(7), drawn[7])
  const configs = drawn.map((settings) => readConfig({ ...settings }))
  assert.ok(configs.some((config) => config.simulatedNoSystemTurn))
  assert.ok(configs.some((config) => config.simulatedRefuses.length === 0))
  const refused = new Set(configs.flatMap((config) => config.simulatedRefuses))
  for (const name of ['json_schema', 'json_object', 'temperature', 'max_tokens']) assert.ok(refused.has(name))
})
