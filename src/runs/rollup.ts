import type { Attempt, RunResult } from './run.ts'

/** Upper bounds in seconds: the OpenTelemetry GenAI convention for operation durations. */
export const SECONDS_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const
/** Upper bounds in tokens: the same convention's for token usage. */
export const TOKEN_BUCKETS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
] as const

/** What one settled run adds to the totals of its task, revision and model: whole numbers only, so sums are exact. */
export interface Rollup {
  /** `project/task/revision/model`; `-` stands where there is none. */
  readonly name: string
  readonly increments: readonly (readonly [field: string, by: number])[]
}

/** The UTC day of a time in ms, as `20261124`. */
export function rollupDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
}

/** The index of the bucket a value falls into; one past the last for what lies above all. */
function bucketOf(bounds: readonly number[], value: number): number {
  const index = bounds.findIndex((bound) => value <= bound)
  return index === -1 ? bounds.length : index
}

/**
 * The fields: `runs:<status>`, `reason:<reason>`, `tokens:input|output`, `credits` (millionths), `attempts:<outcome>`,
 * `check:<output check>`, `retries`; per phase `us:<phase>` (sum in microseconds) and `seconds:<phase>:<bucket>`;
 * `size:input|output:<bucket>` for tokens. Buckets are not cumulative.
 */
export function rollupOf(
  owner: { project: string; task: string; revision: string | null },
  result: RunResult,
  attempts: readonly Attempt[],
): Rollup {
  const increments: [string, number][] = [[`runs:${result.status}`, 1]]
  const add = (field: string, by: number) => {
    if (by !== 0) increments.push([field, by])
  }
  if (result.error) add(`reason:${result.error.reason}`, 1)
  if (result.outputCheck) add(`check:${result.outputCheck}`, 1)
  add('tokens:input', result.inputTokens)
  add('tokens:output', result.outputTokens)
  add('credits', result.credits)
  add('retries', result.retries)
  for (const attempt of attempts) add(`attempts:${attempt.outcome}`, 1)
  for (const [phase, ms] of Object.entries(result.timings) as [string, number][]) {
    add(`us:${phase}`, Math.round(ms * 1000))
    add(`seconds:${phase}:${bucketOf(SECONDS_BUCKETS, ms / 1000)}`, 1)
  }
  add(`size:input:${bucketOf(TOKEN_BUCKETS, result.inputTokens)}`, 1)
  add(`size:output:${bucketOf(TOKEN_BUCKETS, result.outputTokens)}`, 1)
  return {
    name: [owner.project, owner.task, owner.revision ?? '-', result.modelId ?? '-'].join('/'),
    increments,
  }
}
