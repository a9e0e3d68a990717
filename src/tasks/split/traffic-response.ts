import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'
import { TRAFFIC_REASONS } from './split.ts'

const weights = z.array(z.object({ task_revision_id: shownId, weight: z.number().min(0) }))

const example = {
  seq: 2,
  at: '2026-01-15T09:30:00.000Z',
  by: '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d',
  reason: 'updated',
  evidence: null,
  before: [{ task_revision_id: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a', weight: 1 }],
  after: [
    { task_revision_id: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a', weight: 0.9 },
    { task_revision_id: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b', weight: 0.1 },
  ],
}

/** One change of a task's weights on the wire. */
export const trafficChangeResponse = z
  .object({
    seq: z
      .int()
      .min(1)
      .meta({ description: 'Its number, which runs that were drawn by it have as `split`.' }),
    at: z.iso.datetime(),
    by: z.string().meta({ description: 'Id of the token that changed them.' }),
    reason: z.enum(TRAFFIC_REASONS),
    evidence: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What it rests on: `seq` of the change that was restored.' }),
    before: weights,
    after: weights,
  })
  .meta({ id: 'TrafficChange', examples: [example] })
