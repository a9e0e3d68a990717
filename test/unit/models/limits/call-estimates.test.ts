import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCallEstimates } from '../../../../src/models/limits/call-estimates.ts'

test('estimates are within a quarter of what calls use after two hundred, for each task and model by itself', () => {
  const estimates = createCallEstimates()
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const kinds = { short: { ratio: 0.7, output: 40 }, long: { ratio: 1.8, output: 900 } }
  for (const [task, { ratio, output }] of Object.entries(kinds)) {
    for (let call = 0; call < 200; call += 1) {
      const spread = 0.9 + random() / 5
      estimates.learn(task, 'm', 1000, {
        input: 1000 * ratio * spread,
        output: Math.round(output * (0.9 + random() / 5)),
      })
    }
    const { input, output: guessed } = estimates.of(task, 'm', 1000, undefined, undefined)
    assert.ok(Math.abs(input / (1000 * ratio) - 1) < 0.25, `${task}: ${input}`)
    assert.ok(Math.abs(guessed / output - 1) < 0.25, `${task}: ${guessed}`)
  }
  assert.equal(estimates.of('short', 'm', 1000, 77, undefined).output, 77)
  assert.equal(estimates.of('short', 'another', 1000, undefined, 90).output, 90)
})
