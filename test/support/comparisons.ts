import assert from 'node:assert/strict'
import {
  type ComparisonQuery,
  compare as compareSteps,
  type KnownSplit,
} from '../../src/decisions/compare.ts'
import { METRICS } from '../../src/decisions/compare-revisions.ts'
import { atOnce } from '../../src/platform/event-loop/in-pieces.ts'
import { addToComparison, type ComparedRun } from '../../src/totals/comparison-sums.ts'
import { FieldSums } from '../../src/totals/rollup.ts'
import type { HourTotals } from '../../src/totals/rollup-store.ts'

export const compare = (...given: Parameters<typeof compareSteps>) => atOnce(compareSteps(...given))

export const HOUR = 3_600_000
export const GOOD: ComparedRun = { failed: 0, invalid: 0, cancelled: 0, latency: 9, cost: 40, tokens: 20 }
export const query: ComparisonQuery = {
  baseline: 'a',
  candidates: ['b'],
  metrics: METRICS,
  primary: 'failed',
  alpha: 0.05,
  since: 0,
}
export const even: KnownSplit = {
  seq: 1,
  shares: new Map([
    ['a', 0.5],
    ['b', 0.5],
  ]),
}

/** So many runs of each kind of a revision, in one hour and under one split. */
export function hour(
  revision: string,
  split: number,
  at: number,
  runs: readonly [count: number, run: Partial<ComparedRun>, key?: number][],
): HourTotals {
  const sums = new FieldSums()
  for (const [count, run, key] of runs) {
    for (let n = 0; n < count; n += 1) addToComparison(sums, { ...GOOD, ...run }, key ?? null)
  }
  return { revision, split, hour: at * HOUR, totals: new Map(sums.all()) }
}

export const metricOf = (found: ReturnType<typeof compare>, name: string) =>
  found.revisions[0]?.metrics.find(({ metric }) => metric.name === name) ?? assert.fail(name)
