import { z } from 'zod'
import type { WaitingOn } from '../models/limits/limit-reader.ts'
import type { Shown } from '../platform/shown.ts'

/** What a run waits for, on the wire. */
export const waitResponse = z
  .object({
    type: z.enum(['model', 'server', 'budget']).meta({ description: 'Whose limit it is.' }),
    name: z
      .string()
      .meta({ description: 'Of the model, of its server, or of a hard budget that others hold.' }),
    limit: z.string().meta({
      description:
        'Which limit, as the models file names it; `server` where the server itself asked to wait; `credits` of a budget.',
      examples: ['tokens_per_minute'],
    }),
    until: z.iso.datetime().meta({ description: 'When it is tried again, as far as is known.' }),
  })
  .meta({ id: 'WaitingOn' })

export type PresentedWait = Shown<typeof waitResponse>

export function presentWait(waiting: WaitingOn | null | undefined): PresentedWait | null {
  if (!waiting) return null
  const { type, name, limit, until } = waiting
  return { type, name, limit, until: new Date(until).toISOString() }
}
