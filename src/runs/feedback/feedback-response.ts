import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'

const LONGEST_VALUE = 100
const LONGEST_COMMENT = 4000

const value = z.union([z.boolean(), z.number(), z.string().max(LONGEST_VALUE)])

/** Body of feedback. */
export const feedbackBody = z
  .object({
    scores: z
      .record(z.string().max(LONGEST_VALUE), value.nullable())
      .refine((scores) => Object.keys(scores).length <= 100, 'at most 100 scores')
      .optional()
      .meta({ description: 'By name; null takes back what was said. What is not named stays.' }),
    comment: z.string().max(LONGEST_COMMENT).nullish().meta({ description: 'Null takes it back.' }),
  })
  .refine(
    ({ scores, comment }) => scores !== undefined || comment !== undefined,
    'expected scores or a comment',
  )
  .meta({ id: 'FeedbackChange', examples: [{ scores: { helpful: true }, comment: 'Just what I needed.' }] })

const given = z.object({
  value: value.nullable().meta({ description: 'The latest; null once it was taken back.' }),
  first: value.meta({ description: 'What was said first: comparisons count this.' }),
  counted: z.boolean().meta({ description: 'Whether comparisons count it: the run’s revision was drawn.' }),
  at: z.iso.datetime(),
  by: z.string().meta({ description: 'Id of the token.' }),
})

/** Feedback on a run, on the wire. */
export const feedbackResponse = z
  .object({
    run_id: shownId,
    scores: z.record(z.string(), given),
    comment: z.string().nullable(),
  })
  .meta({
    id: 'Feedback',
    examples: [
      {
        run_id: '019a5f0e-7c1d-7b7e-9d3c-2f6b1c0a8e00',
        scores: {
          helpful: {
            value: true,
            first: true,
            counted: true,
            at: '2026-01-15T09:35:00.000Z',
            by: '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d',
          },
        },
        comment: 'Just what I needed.',
      },
    ],
  })
