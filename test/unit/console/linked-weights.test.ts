import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeShare, splitWhole } from '../../../console/src/pages/task/linked-weights.ts'
import fc from '../../support/fast-check.ts'

const weights = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 })

test('a split is whole, complete, and off by less than one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), weights, (total, given) => {
      const parts = splitWhole(total, given)
      const sum = given.reduce((all, each) => all + each, 0)
      assert.equal(
        parts.reduce((all, each) => all + each, 0),
        total,
      )
      for (const [at, part] of parts.entries()) {
        const exact = total * (sum > 0 ? (given[at] ?? 0) / sum : 1 / given.length)
        assert.ok(Number.isInteger(part) && Math.abs(part - exact) < 1 + 1e-9)
      }
    }),
  )
})

test('a share that is changed is as it was said, and all are 100 together', () => {
  const shares = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(shares, fc.nat(), fc.integer({ min: -50, max: 150 }), (percents, which, given) => {
      const before = percents.map((percent, at) => ({ id: String(at), percent }))
      const id = String(which % percents.length)
      const after = changeShare(before, id, given)
      assert.equal(
        after.reduce((sum, { percent }) => sum + percent, 0),
        100,
      )
      assert.equal(after.find((each) => each.id === id)?.percent, Math.min(100, Math.max(0, given)))
    }),
  )
  assert.deepEqual(
    changeShare([{ id: 'a', percent: 60 }], 'a', 10),
    [{ id: 'a', percent: 100 }],
    'one alone has all',
  )
})
