import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changeShare,
  sharesOf,
  shownPercent,
  splitWhole,
} from '../../../console/src/pages/task/linked-weights.ts'
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

test('a share that is changed is as it was said, the others keep what they are to each other, and all are 100', () => {
  const given = fc.array(fc.oneof(fc.nat(100), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
    ...{ minLength: 2, maxLength: 8 },
  })
  fc.assert(
    fc.property(
      given,
      fc.nat(),
      fc.double({ min: -50, max: 150, noNaN: true }),
      (weights, which, percent) => {
        const active = weights.map((weight, at) => ({ task_revision_id: String(at), weight }))
        const before = sharesOf(active)
        const id = String(which % weights.length)
        const after = changeShare(before, id, percent)
        const sum = after.reduce((all, each) => all + each.percent, 0)
        assert.ok(Math.abs(sum - 100) < 1e-9)
        assert.equal(after.find((each) => each.id === id)?.percent, Math.min(100, Math.max(0, percent)))
        const others = after.filter((each) => each.id !== id)
        const weightOf = (of: string) => weights[Number(of)] ?? 0
        const had = others.reduce((all, each) => all + weightOf(each.id), 0)
        const have = others.reduce((all, each) => all + each.percent, 0)
        for (const { id: of, percent: now } of others) {
          const even = 1 / others.length
          assert.ok(Math.abs(now - have * (had > 0 ? weightOf(of) / had : even)) < 1e-6)
          if (weightOf(of) > 0 && have > 0) assert.ok(now > 0, 'however small, it is not dropped')
        }
      },
    ),
  )
  const alone = changeShare([{ id: 'a', percent: 60 }], 'a', 10)
  assert.deepEqual(alone, [{ id: 'a', percent: 100 }], 'one alone has all')
})

test('a share is shown rounded, and never as nothing or all where it is neither', () => {
  const shares = [0, 100 / 3, 0.5, 0.004, 0.000_123_4, 99.999, 100]
  assert.deepEqual(shares.map(shownPercent), [0, 33.33, 0.5, 0.004, 0.0001, 99.999, 100])
})
