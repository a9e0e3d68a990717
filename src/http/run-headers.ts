import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'

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
  'Idempotent-Replayed': z.literal('true').optional().meta({ description: 'The run was there already.' }),
  'Server-Timing': z
    .string()
    .optional()
    .meta({
      description: 'Where the time went, in milliseconds, once the run has ended.',
      examples: ['queued;dur=6, waiting_on_limit;dur=0, model;dur=412, validate;dur=1, total;dur=431'],
    }),
})

/** On a file. */
export const fileHeaders = ofRun.extend({
  'Content-Disposition': z
    .string()
    .optional()
    .meta({ description: '`attachment` or `inline`, and the name.' }),
})
