import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { stringify } from 'uuid'
import { drawRevision, placeOfRun } from '../../../src/tasks/split/draw-revision.ts'
import { splitOf } from '../../../src/tasks/split/split.ts'

/** The chi-square statistic that a fair draw exceeds once in a thousand, by degrees of freedom. */
const CHI_SQUARE_AT_0_001 = [0, 10.828, 13.816, 16.266]
const RUNS = 10_000

for (const weights of [
  [70, 30],
  [1, 0, 1.5, 0.5],
]) {
  test(`a revision is drawn by its weight, and by the id of the run alone: ${weights.join(' to ')}`, () => {
    const active = weights.map((weight, at) => ({ task_revision_id: `revision ${at}`, weight }))
    const split = splitOf({ id: 'task', active_revisions: active })
    const counts = new Map(active.map(({ task_revision_id }) => [task_revision_id, 0]))
    for (let run = 0; run < RUNS; run += 1) {
      const id = fixedId(`${weights} ${run}`)
      const drawn = drawRevision(split, placeOfRun(id).slot) ?? assert.fail('none was drawn')
      assert.equal(drawRevision(split, placeOfRun(id).slot), drawn)
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    }
    assert.equal(counts.size, active.length, 'no other revision was drawn')
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const drawable = active.filter(({ weight }) => weight > 0)
    const chiSquare = drawable.reduce((sum, { task_revision_id, weight }) => {
      const expected = (weight / total) * RUNS
      return sum + ((counts.get(task_revision_id) ?? 0) - expected) ** 2 / expected
    }, 0)
    const drawn = `drawn ${[...counts.values()]}`
    assert.ok(
      chiSquare < (CHI_SQUARE_AT_0_001[drawable.length - 1] ?? 0),
      `chi-square ${chiSquare}, ${drawn}`,
    )
    for (const { task_revision_id, weight } of active) {
      if (weight === 0) assert.equal(counts.get(task_revision_id), 0)
    }
  })
}

/** The id of a run, the same in every test run. */
function fixedId(seed: string): string {
  const bytes = new Uint8Array(createHash('sha256').update(seed).digest().subarray(0, 16))
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  bytes[15] = 0
  return stringify(bytes)
}
