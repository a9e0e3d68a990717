import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readModelsFile } from '../../../src/models/servers/read-models-file.ts'
import { drawLimits, writeLimitedModels } from '../../chaos/limits/draw-limits.ts'

test('limits are drawn by the seed, are such as a models file may have, and permit more than is sent', async (t) => {
  const perMinute = 1000
  const drawn = Array.from({ length: 60 }, (_, seed) => drawLimits(seed, perMinute))
  assert.deepEqual(
    drawn,
    drawn.map((_, seed) => drawLimits(seed, perMinute)),
  )
  const kinds = new Set(
    drawn.flatMap(({ models }) => Object.values(models).map((each) => JSON.stringify(each))),
  )
  assert.ok(kinds.size > 20 && kinds.has('"auto"'))
  for (const { models } of drawn) {
    for (const limits of Object.values(models)) {
      const { requests_per_minute: rate } = (limits ?? {}) as { requests_per_minute?: number }
      assert.ok(rate === undefined || rate > perMinute)
    }
  }
  for (const limits of drawn.slice(0, 10)) {
    const file = await writeLimitedModels(t, 'http://127.0.0.1:9/v1', limits)
    const models = readModelsFile(file, 1000, () => '')
    assert.equal(models.length, 3)
  }
})
