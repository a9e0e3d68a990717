import { z } from 'zod'
import { ofRun } from './run-headers.ts'

/** Request headers of who watches a run. */
export const streamHeaders = z.object({
  'last-event-id': z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'The id of the last event that was seen: the stream goes on behind it.' }),
})

/** On a stream of a run's events. */
export const streamedHeaders = ofRun.extend({
  Location: z.string().optional().meta({ description: 'The run that is watched.' }),
})
