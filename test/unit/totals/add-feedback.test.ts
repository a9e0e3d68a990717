import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDelta } from '../../../src/totals/add-delta.ts'
import type { FeedbackDelta } from '../../../src/totals/delta.ts'
import { FieldSums } from '../../../src/totals/rollup.ts'

// One that cannot be added would stay the first one for ever, and nothing of its shard be counted any more.
test('feedback of any text is added, also of one that is half a character', () => {
  const delta: FeedbackDelta = {
    ...{ id: 'd', run: 'r', project: 'p', task: 't', revision: 'v', split: 1, bucket: null, group: null },
    ...{ hasSeries: false, settled: 0, given: 0, isFirst: true, levels: [['tone', 1, 1_000_000]] },
    latest: [['tone', 'half a \ud83d', 1]],
  }
  const sums = new FieldSums()
  addDelta(delta, () => sums)
  const { 'score:tone:1': level, ...rest } = Object.fromEntries(sums.all())
  assert.equal(level, 1)
  assert.equal(rest['score:tone:half%20a%20%EF%BF%BD'], 1)
})
