import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'
import { DROPPED } from '../../totals/delta.ts'

const example = {
  revision: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b',
  share: 0.1,
  max_credits_per_day: 5,
  credits_today: 1.25,
  began: '2026-01-15T09:30:00.000Z',
  by: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5b',
  pairs: 812,
  dropped: { late: 3 },
}

/** What was not made, or says nothing, by why. */
export const droppedShadows = z.partialRecord(z.enum(DROPPED), z.int().min(0)).meta({
  description:
    'Shadow runs that are no pair, by why: too many waited (`full`) or for too long (`late`), the shadow was ended before (`stopped`) or meanwhile (`cancelled`), there was no room under `max_credits_per_day` (`budget`) or the limits of a model (`limit`), a worker was lost (`lost`), or what went wrong was not the revision’s (`unusable`).',
})

/** The shadow of a task on the wire. */
export const shadowResponse = z
  .object({
    revision: shownId,
    share: z.number().min(0).max(1),
    max_credits_per_day: z.number().min(0).nullable(),
    credits_today: z.number().min(0).meta({ description: 'What its runs cost in this UTC day.' }),
    began: z.iso.datetime(),
    by: z.string().meta({ description: 'Id of who began it.' }),
    pairs: z.int().min(0).nullable().meta({
      description:
        'Runs of callers and what it did with the same inputs, since the hour it began. Null where more totals would have to be added up than `SPLITRUN_REPORT_ROLLUPS_MAX`; `dropped` is empty then.',
    }),
    dropped: droppedShadows,
  })
  .meta({ id: 'Shadow', examples: [example] })
