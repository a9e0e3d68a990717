/** Upper bounds in seconds: the OpenTelemetry GenAI convention for operation durations. */
export const CALL_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const
/** The same, continued both ways: phases can be short, and a run may wait for long. */
export const SECONDS = [0.001, 0.0025, 0.005, ...CALL_SECONDS, 163.84, 327.68, 655.36] as const
/** Upper bounds in tokens: the same convention's for token usage. */
export const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
] as const

/** The index of the bucket a value falls into; one past the last for what lies above all. */
export function bucketOf(bounds: readonly number[], value: number): number {
  const index = bounds.findIndex((bound) => value <= bound)
  return index === -1 ? bounds.length : index
}

/**
 * The value below which the share `q` (0-1) of what was counted lies, as far as buckets tell: values are taken to be
 * spread evenly within a bucket, the first of which begins at 0; for what lies above all bounds the highest bound is
 * the answer. This is how Prometheus' `histogram_quantile` reckons, so that reports and dashboards agree.
 * `counts` holds one number a bucket, not cumulative, and one more for what lies above. Null when nothing was counted.
 */
export function quantile(bounds: readonly number[], counts: readonly number[], q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = q * total
  let below = 0
  for (const [index, upper] of bounds.entries()) {
    const count = counts[index] ?? 0
    if (count > 0 && below + count >= rank) {
      const lower = bounds[index - 1] ?? 0
      return lower + (upper - lower) * ((rank - below) / count)
    }
    below += count
  }
  return bounds.at(-1) ?? null
}
