import { hash } from 'node:crypto'
import { z } from 'zod'
import { givenId } from '../platform/id-schema.ts'

export interface WeightedRevision {
  readonly task_revision_id: string
  readonly weight: number
}

/** A share of the traffic: finite and not negative; `1e999` is refused. */
export const weightSchema = z.number().min(0)

/**
 * `active_revisions` on the wire. A weight of null counts as 1; any sum is accepted.
 * @param strict whether unknown members are refused
 */
export function activeRevisionsSchema(most: number, { strict = false } = {}) {
  const share = z.object({
    task_revision_id: givenId,
    weight: weightSchema
      .nullish()
      .transform((weight) => weight ?? 1)
      .pipe(weightSchema),
  })
  return z
    .array(strict ? share.strict() : share)
    .min(1)
    .max(most)
    .refine((all) => all.some(({ weight }) => weight > 0), 'at least one weight must be above 0')
    .refine(
      (all) => new Set(all.map((each) => each.task_revision_id)).size === all.length,
      'a revision stands twice',
    )
}

/**
 * A number in [0, 1) that depends only on the seed: the first 48 bits of its SHA-256. Hashed, because run ids are not
 * evenly
 * spread: they begin with the time.
 */
export function shareOf(seed: string): number {
  return hash('sha256', seed, 'buffer').readUIntBE(0, 6) / 2 ** 48
}

/** Draws a revision by weight. The same seed and weights give the same revision. Null when no weight is above 0. */
export function drawRevision(active: readonly WeightedRevision[], seed: string): string | null {
  const candidates = active.filter(({ weight }) => weight > 0)
  if (candidates.length < 2) return candidates[0]?.task_revision_id ?? null
  // Divided first, so that the sum of very large weights is not Infinity.
  const largest = Math.max(...candidates.map(({ weight }) => weight))
  const total = candidates.reduce((sum, { weight }) => sum + weight / largest, 0)
  let left = shareOf(seed) * total
  for (const { task_revision_id, weight } of candidates) {
    left -= weight / largest
    if (left < 0) return task_revision_id
  }
  return candidates.at(-1)?.task_revision_id ?? null
}
