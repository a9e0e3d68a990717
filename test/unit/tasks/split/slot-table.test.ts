import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newRunId } from '../../../../src/platform/ids.ts'
import { placeOfKey, placeOfRun } from '../../../../src/tasks/split/draw-revision.ts'
import { indexSlots } from '../../../../src/tasks/split/find-slot.ts'
import { moveSlots, type SlotTable, sizeOf } from '../../../../src/tasks/split/slot-table.ts'
import { SLOTS, slotTargets } from '../../../../src/tasks/split/slot-targets.ts'
import fc from '../../../support/fast-check.ts'

const weightsOf = (weights: readonly number[]) =>
  weights.map((weight, at) => ({ task_revision_id: `r${String(at).padStart(3, '0')}`, weight }))

const someWeights = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(5)), {
    minLength: 1,
    maxLength: 50,
  })
  .filter((all) => all.some((weight) => weight > 0))
  .map(weightsOf)

function ownersOf(table: SlotTable): string[] {
  const owners: string[] = []
  for (const [id, stack] of Object.entries(table)) {
    for (const [first, last] of stack) {
      for (let slot = Math.min(first, last); slot <= Math.max(first, last); slot += 1) {
        assert.equal(owners[slot], undefined, `slot ${slot} stands twice`)
        owners[slot] = id
      }
    }
  }
  return owners
}

describe('slots by weight', () => {
  test('all are given out, one at least where there is a weight, none where there is none', () => {
    fc.assert(
      fc.property(someWeights, (weights) => {
        const targets = slotTargets(weights)
        assert.equal(
          [...targets.values()].reduce((sum, slots) => sum + slots, 0),
          SLOTS,
        )
        for (const { task_revision_id: id, weight } of weights) {
          assert.equal(weight > 0, (targets.get(id) ?? 0) >= 1)
        }
      }),
    )
  })

  test('the order in which weights are named decides nothing', () => {
    fc.assert(
      fc.property(someWeights, (weights) => {
        assert.deepEqual([...slotTargets(weights)].sort(), [...slotTargets(weights.toReversed())].sort())
      }),
    )
  })

  test('a share is right to a slot, as long as nobody is given one more than is his', () => {
    for (const weights of [[1], [1, 1], [1, 2, 4], [99, 1], [0.3, 0.3, 0.4], [1e300, 1e300, 1e300]]) {
      const largest = Math.max(...weights)
      const sum = weights.reduce((total, weight) => total + weight / largest, 0)
      for (const [at, slots] of [...slotTargets(weightsOf(weights)).values()].entries()) {
        assert.ok(Math.abs(slots - ((weights[at] ?? 0) / largest / sum) * SLOTS) < 1)
      }
    }
  })
})

describe('a table of slots', () => {
  test('has every slot once, and as many for each revision as it should', () => {
    fc.assert(
      fc.property(fc.array(someWeights, { minLength: 1, maxLength: 6 }), (changes) => {
        let table: SlotTable | null = null
        for (const weights of changes) {
          table = moveSlots(table, weights)
          assert.equal(ownersOf(table).filter(Boolean).length, SLOTS)
          const sizes = Object.entries(table).map(([id, stack]) => [id, sizeOf(stack)] as const)
          assert.deepEqual(new Map(sizes), new Map([...slotTargets(weights)].sort()))
        }
      }),
      { numRuns: 50 },
    )
  })

  for (const count of [2, 3, 5, 20, 50]) {
    test(`a change moves as few slots as any assignment could, with ${count} revisions`, () => {
      const weights = fc.array(fc.nat(100), { minLength: count, maxLength: count })
      fc.assert(
        fc.property(weights, weights, (from, to) => {
          fc.pre(from.some(Boolean) && to.some(Boolean))
          const before = moveSlots(null, weightsOf(from))
          const after = moveSlots(before, weightsOf(to))
          const [was, is] = [ownersOf(before), ownersOf(after)]
          const moved = was.filter((owner, slot) => owner !== is[slot]).length
          const ids = Object.keys(before)
          const least = ids.reduce(
            (sum, id) => sum + Math.max(0, sizeOf(before[id] ?? []) - sizeOf(after[id] ?? [])),
            0,
          )
          assert.equal(moved, least)
        }),
        { numRuns: 30 },
      )
    })
  }

  test('undoing changes one by one gives back the identical tables', () => {
    fc.assert(
      fc.property(someWeights, fc.array(someWeights, { minLength: 1, maxLength: 6 }), (first, changes) => {
        const steps = [first, ...changes]
        const tables: string[] = []
        let table: SlotTable | null = null
        for (const weights of steps) {
          table = moveSlots(table, weights)
          tables.push(JSON.stringify(table))
        }
        for (let at = steps.length - 2; at >= 0; at -= 1) {
          table = moveSlots(table, steps[at] ?? [])
          assert.equal(JSON.stringify(table), tables[at])
        }
      }),
      { numRuns: 50 },
    )
  })

  test('a ramp up and straight down again gives back the identical table', () => {
    const shares = [0, 0.01, 0.05, 0.25, 0.5, 1]
    const tables = shares.map((share) => ({ share, weights: weightsOf([1 - share, share]) }))
    let table: SlotTable = moveSlots(null, weightsOf([1, 0]))
    const start = JSON.stringify(table)
    for (const { weights } of tables) table = moveSlots(table, weights)
    assert.equal(JSON.stringify(moveSlots(table, weightsOf([1, 0]))), start)
  })

  test('a slot is found where the table has it', () => {
    fc.assert(
      fc.property(someWeights, someWeights, (from, to) => {
        const table = moveSlots(moveSlots(null, from), to)
        const index = indexSlots(table)
        for (const [slot, owner] of ownersOf(table).entries()) assert.equal(index.revisionAt(slot), owner)
      }),
      { numRuns: 30 },
    )
  })
})

test('runs that begin one after the other fall on all slots alike, whatever the one before did', () => {
  const counts = Array.from({ length: 8 }, () => new Array<number>(8).fill(0))
  let before = 0
  for (let made = 0; made < 64_000; made += 1) {
    const now = Math.floor(placeOfRun(newRunId(0)).slot / (SLOTS / 8))
    const row = counts[before] as number[]
    row[now] = (row[now] ?? 0) + 1
    before = now
  }
  // Six standard deviations of 1,000.
  for (const found of counts.flat()) assert.ok(Math.abs(found - 1000) < 190, `${counts.join(' | ')}`)
})

test('runs and keys fall on all slots alike, and keys on all buckets', () => {
  const slots = new Array<number>(16).fill(0)
  const buckets = new Array<number>(16).fill(0)
  const count = (counts: number[], at: number) => {
    counts[at] = (counts[at] ?? 0) + 1
  }
  for (let seed = 0; seed < 8000; seed += 1) {
    const key = placeOfKey('task', { salt: 'salt' }, `user ${seed}`)
    assert.deepEqual(placeOfKey('task', { salt: 'salt' }, `user ${seed}`), key)
    count(slots, Math.floor(key.slot / (SLOTS / 16)))
    count(slots, Math.floor(placeOfRun(`run ${seed}`).slot / (SLOTS / 16)))
    count(buckets, Math.floor((key.bucket ?? Number.NaN) / 16))
  }
  // Six standard deviations of 1,000 and of 500.
  for (const found of slots) assert.ok(Math.abs(found - 1000) < 184, `${slots}`)
  for (const found of buckets) assert.ok(Math.abs(found - 500) < 130, `${buckets}`)
  assert.notDeepEqual(placeOfKey('task', { salt: 'a' }, 'user'), placeOfKey('task', { salt: 'b' }, 'user'))
  assert.equal(placeOfRun('run').bucket, null)
})
