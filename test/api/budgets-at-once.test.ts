import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HARD, startPriced } from '../support/priced-system.ts'

test('however many set one new budget at once, what was spent before it counts once', async (t) => {
  const { set, get, run } = await startPriced(t)
  const before = [await run(), await run()]
  const cost = before.reduce((sum, { body }) => sum + body.total_tokens * 1000, 0) / 1e6
  for (let round = 0; round < 10; round += 1) {
    // A new sum each time; and one that goes on with what it counts.
    const budgets = [
      { ...HARD, name: `new-${round}`, credits: cost * 3 },
      { ...HARD, name: 'kept', credits: cost * 3 },
    ]
    await Promise.all(Array.from({ length: 4 }, () => set(budgets)))
    assert.deepEqual(
      (await get()).usage.map(({ spent }: { spent: string }) => spent),
      [cost.toFixed(6), cost.toFixed(6)],
    )
  }
})
