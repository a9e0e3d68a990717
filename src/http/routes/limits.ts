import { z } from 'zod'
import { limitPolicy, UNITS } from '../../policies/policy.ts'
import type { PolicyStore } from '../../policies/policy-store.ts'
import type { Endpoint } from '../route.ts'
import { policyRoutes } from './policies.ts'

export interface LimitRouteDeps {
  readonly policies: PolicyStore
  readonly policiesMax: number
}

const EXAMPLE = {
  name: 'fair-use',
  applies_to: 'project',
  target_id: null,
  requests_per_minute: 600,
} as const

export const newLimits = z
  .object({ policies: z.array(limitPolicy) })
  .meta({ id: 'NewLimits', examples: [{ policies: [EXAMPLE] }] })

export const limitsResponse = z
  .object({
    policies: z.array(limitPolicy),
    usage: z
      .array(
        z.object({
          policy: z.string(),
          unit: z.enum(UNITS),
          most: z.number(),
          left: z.number().meta({ description: 'Below 0: more was used, which is paid off over time.' }),
          reset: z
            .number()
            .min(0)
            .meta({ description: 'Seconds until nothing of it is used, if no more is.' }),
        }),
      )
      .meta({ description: 'How far each limit is used.' }),
  })
  .meta({
    id: 'Limits',
    examples: [
      {
        policies: [EXAMPLE],
        usage: [{ policy: 'fair-use', unit: 'requests_per_minute', most: 600, left: 588, reset: 1.2 }],
      },
    ],
  })

/** The limits of a project, of its tasks and of its keys. */
export const limitRoutes = ({ policies, policiesMax }: LimitRouteDeps): Endpoint[] =>
  policyRoutes({
    ...{ path: 'limit', noun: 'Limits', member: 'policies', policies, most: policiesMax },
    summaries: {
      get: 'The limits of a project, its tasks and its keys, and how far they are used',
      set: 'Replace all limits of a project, its tasks and its keys',
    },
    ...{ body: newLimits, response: limitsResponse },
    async show(project, own) {
      const usage = (await policies.states(project, own)).map(({ policy, unit, most, left, resetMs }) => ({
        ...{ policy, unit, most, left, reset: resetMs / 1000 },
      }))
      return { policies: [...own], usage }
    },
  })
