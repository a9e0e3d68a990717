import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weightsAt } from '../../../../src/tasks/split/rollout.ts'
import { moveSlots, type SlotTable } from '../../../../src/tasks/split/slot-table.ts'
import { SLOTS, slotTargets } from '../../../../src/tasks/split/slot-targets.ts'
import fc from '../../../support/fast-check.ts'

const weight = fc.oneof(
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(Number.MIN_VALUE, Number.MAX_VALUE, 1e308, 1),
)

test('weights of any size are divided by the share: none is lost, and none too large to be one', () => {
  fc.assert(
    fc.property(
      weight.filter((each) => each > 0),
      weight,
      weight,
      fc.double({ min: 0.0001, max: 1, noNaN: true }),
      (of, to, other, share) => {
        const before = Object.entries({ of, to, other }).map(([task_revision_id, each]) => ({
          task_revision_id,
          weight: each,
        }))
        const after = weightsAt({ from: 'of', to: 'to', before }, share)
        for (const each of after)
          assert.ok(Number.isFinite(each.weight) && each.weight >= 0, JSON.stringify(after))
        const targets = slotTargets(after)
        assert.ok((targets.get('to') ?? 0) > 0, JSON.stringify(after))
        assert.equal((targets.get('of') ?? 0) > 0, share < 1)
        if (other > 0) assert.ok((targets.get('other') ?? 0) > 0)
        if (other === 0)
          assert.ok(Math.abs((targets.get('to') ?? 0) - share * SLOTS) <= 1, JSON.stringify(after))
      },
    ),
  )
})

test('going back at once gives back the table, but for the slots that rounding gave to others', () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true })
  const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(weights, fc.array(share, { minLength: 1, maxLength: 5 }), (given, shares) => {
      const before = given.map((each, at) => ({ task_revision_id: `r${at + 10}`, weight: each }))
      const first = moveSlots(null, before)
      let table = first
      for (const each of shares.toSorted((a, b) => a - b))
        table = moveSlots(table, weightsAt({ from: 'r10', to: 'new', before }, each))
      table = moveSlots(table, before)
      if (given.length === 1) assert.deepEqual(table, first)
      const [were, are] = [ownersOf(first), ownersOf(table)]
      const others = were.filter((owner, slot) => owner !== are[slot]).length
      assert.ok(others <= 16, `${others}`)
    }),
    { numRuns: 50 },
  )
})

function ownersOf(table: SlotTable): string[] {
  const owners = new Array<string>(SLOTS)
  for (const [id, stack] of Object.entries(table)) {
    for (const [first, last] of stack) owners.fill(id, Math.min(first, last), Math.max(first, last) + 1)
  }
  return owners
}
