import { z } from 'zod'
import { givenId } from '../../platform/id-schema.ts'

const MOST_STEPS = 20
const MOST_GUARDS = 10
/** Seconds: a year. */
const LONGEST = 31_536_000

/** Seconds. */
export const DONE_WITHIN = 60

const share = z.number().min(0.0001).max(1)
const bound = z.number().positive()

const guard = z
  .strictObject({
    metric: z.string().max(50),
    max_increase: bound.max(1).optional().meta({ description: 'Of a rate or a score, as a difference.' }),
    max_decrease: bound.max(1).optional().meta({ description: 'Of a score of which more is better.' }),
    max_ratio: z.number().min(1.01).max(100).optional().meta({ description: 'Of latency, cost or tokens.' }),
  })
  .meta({ id: 'RolloutGuard' })

const GUARDS: z.input<typeof guard>[] = [
  { metric: 'failed', max_increase: 0.02 },
  { metric: 'latency', max_ratio: 1.25 },
  { metric: 'cost', max_ratio: 1.5 },
]

/** Body of `POST .../rollout`. */
export const rolloutBody = z
  .object({
    from: givenId.meta({ description: 'The revision that has the traffic.' }),
    to: givenId.meta({ description: 'The revision that is to get it.' }),
    shares: z
      .array(share)
      .min(2)
      .max(MOST_STEPS)
      .refine((all) => all.every((each, at) => each > (all[at - 1] ?? 0)), 'shares must rise')
      .refine((all) => all.at(-1) === 1, 'the last share must be 1')
      .default([0.01, 0.05, 0.25, 0.5, 1])
      .meta({ description: 'Of what both revisions have together; rising, the last one 1.' }),
    hold: z
      .number()
      .min(0)
      .max(LONGEST)
      .default(600)
      .meta({ description: 'Seconds that a step lasts at least.' }),
    min_runs: z.int().min(1).max(1_000_000).default(20).meta({
      description: 'Runs of the new revision that a step takes at least.',
    }),
    guards: z
      .array(guard)
      .min(1)
      .max(MOST_GUARDS)
      .refine((all) => new Set(all.map(({ metric }) => metric)).size === all.length, 'a metric stands twice')
      .default(GUARDS),
    alpha: z.number().min(0.0001).max(0.5).default(0.05).meta({
      description:
        'The probability of rolling back a harmless revision, and of completing one at the bound of a guard.',
    }),
    done_within: z.number().min(0.001).max(655.36).default(DONE_WITHIN).meta({
      description:
        'Seconds after which a run that has not ended counts as one that fails, for the guard `failed`; rounded up to a factor of 2.',
    }),
    on_harm: z.enum(['rollback', 'pause']).default('rollback'),
    on_stall: z.enum(['pause', 'rollback']).default('pause'),
    max_duration: z.number().positive().max(LONGEST).nullable().default(null).meta({
      description:
        'Seconds until it has stalled, from its start or from when it was resumed last; null: never.',
    }),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'is the revision that it comes from' })
  .meta({
    id: 'NewRollout',
    override: {
      examples: [
        {
          from: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a',
          to: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b',
          shares: [0.01, 0.05, 0.25, 0.5, 1],
          guards: [{ metric: 'failed', max_increase: 0.02 }],
        },
      ],
    },
  })
export type RolloutInput = z.output<typeof rolloutBody>
