import assert from 'node:assert/strict'
import type { RunRecord } from '../../src/runs/run.ts'
import type { System } from './system.ts'

/** The records of these runs; fails when one is gone. */
export async function recordsOf(system: System, ids: readonly string[]): Promise<RunRecord[]> {
  return (await system.core.runs.getMany(ids)).map((record) => record ?? assert.fail('a run is gone'))
}

/** The rollups hold these runs, each of them once, to the token. */
export async function assertExactRollups({ core }: System, records: readonly RunRecord[]): Promise<void> {
  const sums: Record<string, number> = {}
  for (const { totals } of await core.rollups.forEver()) {
    for (const [field, value] of totals) sums[field] = (sums[field] ?? 0) + value
  }
  const total = (count: (record: RunRecord) => number) => records.reduce((sum, each) => sum + count(each), 0)
  assert.equal(sums['runs:succeeded'], records.length)
  assert.equal(sums['runs:failed'], undefined)
  assert.equal(
    sums['tokens:input'],
    total(({ result }) => result?.inputTokens ?? 0),
  )
  assert.equal(
    sums['tokens:output'],
    total(({ result }) => result?.outputTokens ?? 0),
  )
}
