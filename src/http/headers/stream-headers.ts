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

/** On every stream of events; on other answers of its endpoint they are absent. */
export const eventStreamHeaders = z.object({
  'Cache-Control': z
    .string()
    .optional()
    .meta({
      description: 'Nobody on the way may keep it, or change it.',
      examples: ['no-store, no-transform'],
    }),
  'X-Accel-Buffering': z
    .string()
    .optional()
    .meta({ description: 'A proxy passes it on as it comes.', examples: ['no'] }),
})
