import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'
import { noProto } from '../../platform/json/no-proto.ts'
import { scoreSchema } from '../../tasks/scores/score.ts'

const LONGEST_VALUE = 100
/** Characters. */
export const LONGEST_COMMENT = 4000

const value = z.union([z.boolean(), z.number(), z.string().max(LONGEST_VALUE)])

/** Body of feedback. */
export const feedbackBody = z
  .object({
    scores: noProto(
      z
        .record(z.string().max(LONGEST_VALUE), value.nullable())
        .refine((scores) => Object.keys(scores).length <= 100, 'at most 100 scores'),
    )
      .optional()
      .meta({ description: 'By name; null takes back what was said. What is not named stays.' }),
    comment: z.string().max(LONGEST_COMMENT).nullish().meta({ description: 'Null takes it back.' }),
  })
  .refine(
    ({ scores, comment }) => scores !== undefined || comment !== undefined,
    'expected scores or a comment',
  )
  .meta({
    id: 'FeedbackChange',
    override: { examples: [{ scores: { helpful: true }, comment: 'Just what I needed.' }] },
  })

const given = z.object({
  value: value.nullable().meta({ description: 'The latest; null once it was taken back.' }),
  first: value.meta({ description: 'What was said first: comparisons count this.' }),
  counted: z.boolean().meta({ description: 'Whether comparisons count it: the run’s revision was drawn.' }),
  at: z.iso.datetime(),
  by: z.string().meta({ description: 'Id of the token; `link:` and that of the one that made the link.' }),
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

/** Seconds: a week, and a year. */
const USUAL_LIFETIME = 604_800
const LONGEST_LIFETIME = 31_536_000

/** Body of a new link. */
export const feedbackLinkBody = z
  .object({
    scores: z
      .array(z.string().max(LONGEST_VALUE))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'What may be said by it; all that the task declares where it is absent.' }),
    expires_in: z
      .int()
      .min(1)
      .max(LONGEST_LIFETIME)
      .default(USUAL_LIFETIME)
      .meta({ description: 'Seconds. It also ends with the run.' }),
  })
  .meta({ id: 'NewFeedbackLink', examples: [{ scores: ['helpful'], expires_in: 604_800 }] })

/** A new link, on the wire. */
export const feedbackLinkResponse = z
  .object({
    run_id: shownId,
    url: z.string().meta({
      description:
        'Whoever has it may read and change this feedback, without a key. Host and scheme are those of this request.',
    }),
    scores: z.array(z.string()),
    expires: z.iso.datetime(),
  })
  .meta({
    id: 'FeedbackLink',
    examples: [
      {
        run_id: '019a5f0e-7c1d-7b7e-9d3c-2f6b1c0a8e00',
        url: 'https://api.example.com/api/v1/feedback?token=eyJhbGciOi...',
        scores: ['helpful'],
        expires: '2026-01-22T09:35:00.000Z',
      },
    ],
  })

/** What is shown to whoever has a link: what may be said, and what was said. */
export const linkedFeedbackResponse = z
  .object({
    run_id: shownId,
    expires: z.iso.datetime(),
    declared: z.record(z.string(), scoreSchema).meta({ description: 'What may be said, by name.' }),
    scores: z.record(z.string(), value.nullable()).meta({ description: 'What was said last, by name.' }),
  })
  .meta({
    id: 'LinkedFeedback',
    examples: [
      {
        run_id: '019a5f0e-7c1d-7b7e-9d3c-2f6b1c0a8e00',
        expires: '2026-01-22T09:35:00.000Z',
        declared: { helpful: { type: 'boolean', good: true } },
        scores: { helpful: true },
      },
    ],
  })
