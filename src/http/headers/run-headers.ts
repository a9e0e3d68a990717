import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'

/** Request headers that starting a run heeds. */
export const runHeaders = z.object({
  prefer: z
    .string()
    .optional()
    .meta({
      description:
        'RFC 7240: `respond-async` answers 202 at once, `wait=N` after N seconds at most. `?wait=` beats it.',
      examples: ['respond-async', 'wait=10'],
    }),
  'idempotency-key': z
    .string()
    .optional()
    .meta({
      description:
        '1-255 printable characters that no other run of the project was given: the same key with the same body is ' +
        'the same run, however often it is sent.',
      examples: ['order-1234'],
    }),
})

/** On every answer that belongs to a run, errors included. */
export const ofRun = z.object({
  'x-task-run-id': shownId.optional().meta({ description: 'The run, once there is one.' }),
  'x-task-revision-id': shownId.optional().meta({ description: 'Its revision, once it is known.' }),
})

/** On answers to the call that started a run. */
export const startedHeaders = ofRun.extend({
  'Preference-Applied': z.string().optional().meta({ description: 'What of `Prefer` was heeded.' }),
  'RateLimit-Policy': z
    .string()
    .optional()
    .meta({
      description:
        'The limits that the run counts under, each by the name of its policy and what is limited ' +
        '(draft-ietf-httpapi-ratelimit-headers).',
      examples: ['"fair-use.requests";q=600;w=60'],
    }),
  RateLimit: z
    .string()
    .optional()
    .meta({
      description: 'What is left of them, and in how many seconds all is.',
      examples: ['"fair-use.requests";r=599;t=1'],
    }),
  'x-should-retry': z.enum(['true', 'false']).optional().meta({
    description: '`false` where a budget is spent, for clients that would ask again at once.',
  }),
  'Idempotent-Replayed': z.literal('true').optional().meta({ description: 'The run was there already.' }),
  Location: z.string().optional().meta({ description: 'The run, where its events or a 202 are the answer.' }),
  'Server-Timing': z
    .string()
    .optional()
    .meta({
      description: 'Where the time went, in milliseconds, once the run has ended.',
      examples: [
        'queued;dur=6, waiting_on_limit;dur=0, inputs;dur=0, model;dur=412, validate;dur=1, total;dur=431',
      ],
    }),
})

/** On a run that is read. */
export const readHeaders = ofRun.extend({
  ETag: z.string().meta({ description: 'Names what is shown of the run; never changes once it has ended.' }),
})

/** Request headers that reading a file takes. */
export const fileRequestHeaders = z.object({
  range: z
    .string()
    .optional()
    .meta({
      description: 'The part that is wanted; several at once bring the whole.',
      examples: ['bytes=0-1023'],
    }),
  'if-range': z
    .string()
    .optional()
    .meta({ description: 'The `ETag` that the part must be of; the whole file where it is of another one.' }),
})

/** On a file. */
export const fileHeaders = ofRun.extend({
  ETag: z.string().meta({ description: 'Its name: a file never changes.' }),
  'Accept-Ranges': z.literal('bytes').optional(),
  'Content-Range': z
    .string()
    .optional()
    .meta({ description: 'Which bytes of how many a 206 brings.', examples: ['bytes 0-1023/4096'] }),
  'Content-Disposition': z
    .string()
    .optional()
    .meta({ description: '`attachment` or `inline`, and the name.' }),
})
