import type { CountedCall, CountedResult, FeedbackDelta } from './delta.ts'
import { bucketOf, octaveBucket, SECONDS } from './histogram.ts'
import type { FieldSums } from './rollup.ts'

/** Cost is counted in buckets from a millionth to a thousand, tokens up to 16 million; the last has what is above. */
export const COST_BUCKETS = 122
export const TOKEN_BUCKETS = 98

/** What is counted of each drawn run, whatever its end: 0 or 1, or the index of a bucket. */
export interface ComparedRun {
  readonly failed: 0 | 1
  /** 1 unless the first answer of the model was a valid response. */
  readonly invalid: 0 | 1
  readonly cancelled: 0 | 1
  readonly latency: number
  readonly cost: number
  readonly tokens: number
}

export const COMPARED = [
  'failed',
  'invalid',
  'cancelled',
  'latency',
  'cost',
  'tokens',
] as const satisfies readonly (keyof ComparedRun)[]
export const BUCKETED = ['latency', 'cost', 'tokens'] as const satisfies readonly (keyof ComparedRun)[]

/** A run that expired has failed, too; a cancelled one has not. */
export function comparedRun(
  { status, outputCheck, timings, credits, inputTokens, outputTokens }: CountedResult,
  calls: readonly Pick<CountedCall, 'outcome'>[],
): ComparedRun {
  const isFirst =
    status === 'succeeded' &&
    (outputCheck === null || outputCheck === 'valid') &&
    calls.every(({ outcome }) => outcome !== 'invalid')
  return {
    failed: status === 'failed' || status === 'expired' ? 1 : 0,
    invalid: isFirst ? 0 : 1,
    cancelled: status === 'cancelled' ? 1 : 0,
    latency: bucketOf(SECONDS, timings.total / 1000),
    cost: octaveBucket(credits, COST_BUCKETS),
    tokens: octaveBucket(inputTokens + outputTokens, TOKEN_BUCKETS),
  }
}

/**
 * Adds a drawn run to the comparison's sums of `project/task/revision/split` of an hour: `n`, `failed`, `invalid`,
 * `cancelled`, and `latency|cost|tokens:<bucket>`; with a caller's key also `key:<bucket of the key>:<each of these>`, sums
 * of 0 and 1 or of the buckets' indexes.
 */
export function addToComparison(sums: FieldSums, run: ComparedRun, keyBucket: number | null): void {
  sums.add('n', 1)
  sums.add('failed', run.failed)
  sums.add('invalid', run.invalid)
  sums.add('cancelled', run.cancelled)
  for (const metric of BUCKETED) sums.add(fieldOf(metric, run[metric]), 1)
  if (keyBucket === null) return
  sums.add(`key:${keyBucket}:n`, 1)
  for (const metric of COMPARED) sums.add(`key:${keyBucket}:${metric}`, run[metric])
}

/**
 * Adds feedback to the same sums: `feedback` for the first on a run, `score:<counted name>:<level>`, and with a caller's key
 * `key:<bucket>:feedback`, `key:<bucket>:score:<counted name>`, the sum of the levels, and `key:<bucket>:n:score:<counted
 * name>`.
 */
export function addScores(
  sums: FieldSums,
  levels: FeedbackDelta['levels'],
  keyBucket: number | null,
  isFirst: boolean,
): void {
  if (isFirst) sums.add('feedback', 1)
  if (isFirst && keyBucket !== null) sums.add(`key:${keyBucket}:feedback`, 1)
  for (const [name, level, , counted = name] of levels) {
    sums.add(`score:${counted}:${level}`, 1)
    if (keyBucket === null) continue
    sums.add(`key:${keyBucket}:n:score:${counted}`, 1)
    sums.add(`key:${keyBucket}:score:${counted}`, level)
  }
}

/** The same string for the same field each time, since looking up a sum by a new one would be most of the cost. */
const fields = new Map<string, string[]>()

function fieldOf(metric: (typeof BUCKETED)[number], bucket: number): string {
  const known = fields.get(metric) ?? []
  fields.set(metric, known)
  known[bucket] ??= `${metric}:${bucket}`
  return known[bucket]
}
