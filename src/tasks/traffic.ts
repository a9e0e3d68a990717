import { z } from 'zod'
import { givenId } from '../platform/id-schema.ts'

export interface WeightedRevision {
  readonly task_revision_id: string
  readonly weight: number
}

/** A share of the traffic: finite and not negative; `1e999` is refused. -0 is stored as 0, and so must be no change of it. */
export const weightSchema = z
  .number()
  .min(0)
  .overwrite((weight) => weight + 0)

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
