/** Upper bounds in seconds, from OpenTelemetry's GenAI conventions for operation durations. */
export const CALL_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const
/** The same with more bounds below and above: phases can be short, and a run may wait for a long time. */
export const SECONDS = [0.001, 0.0025, 0.005, ...CALL_SECONDS, 163.84, 327.68, 655.36] as const
/** Upper bounds in tokens, from the same conventions for token usage. */
export const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
] as const

/** The index of the bucket of a value; `bounds.length` for a value above all bounds. */
export function bucketOf(bounds: readonly number[], value: number): number {
  const index = bounds.findIndex((bound) => value <= bound)
  return index === -1 ? bounds.length : index
}

/** Buckets for each factor of 2 of `octaveBucket`. */
export const PER_OCTAVE = 4

/**
 * The index of one of `count` buckets that are the fourth root of 2 apart, from 1 on; the first is for what is below, the
 * last for what is above.
 */
export function octaveBucket(value: number, count: number): number {
  return value < 1 ? 0 : Math.min(count - 1, 1 + Math.floor(PER_OCTAVE * Math.log2(value)))
}

/**
 * Estimates the quantile `q` (0 to 1) from buckets, as Prometheus' `histogram_quantile` does, so that reports and
 * dashboards
 * agree: values are assumed to be spread evenly within a bucket, the first bucket begins at 0, and above all bounds the
 * result is the highest bound. `counts` has one number for each bucket, not cumulative, and a last one for values above
 * all bounds. Null when nothing was counted.
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
