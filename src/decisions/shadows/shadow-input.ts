import { z } from 'zod'
import { givenId } from '../../platform/id-schema.ts'

/** Body of `POST .../shadow`. */
export const shadowBody = z
  .object({
    revision: givenId.meta({ description: 'Any revision of the task, whether it has traffic or not.' }),
    share: z.number().min(0.0001).max(1).meta({
      description: 'The part of the drawn runs that it runs beside.',
    }),
    max_credits_per_day: z.number().min(0).max(1e9).nullable().meta({
      description: 'What its runs may cost in a UTC day, besides the runs of callers; null: anything.',
    }),
  })
  .meta({
    id: 'NewShadow',
    override: {
      examples: [{ revision: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b', share: 0.1, max_credits_per_day: 5 }],
    },
  })
export type ShadowInput = z.output<typeof shadowBody>
