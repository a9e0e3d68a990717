import { z } from 'zod'
import { checkNames } from '../../policies/check-names.ts'
import { limitPolicy, UNITS } from '../../policies/policy.ts'
import type { PolicyStore } from '../../policies/policy-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

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
export function limitRoutes({ policies, policiesMax }: LimitRouteDeps): Endpoint[] {
  const shared = { path: `${PROJECT}/limit`, tag: 'Tenants', params: projectParams, query: noQuery } as const
  async function show(project: string) {
    const [own, states] = await Promise.all([policies.read(project), policies.states(project)])
    const usage = states.map(({ policy, unit, most, left, resetMs }) => ({
      ...{ policy, unit, most, left, reset: resetMs / 1000 },
    }))
    return { policies: [...own], usage }
  }
  return [
    endpoint({
      ...shared,
      method: 'get',
      operation: 'getLimits',
      summary: 'The limits of a project, its tasks and its keys, and how far they are used',
      response: limitsResponse,
      errorCodes: [],
      scope: 'run:read',
      handle: ({ params }) => show(params.project_id),
    }),
    endpoint({
      ...shared,
      method: 'post',
      operation: 'setLimits',
      summary: 'Replace all limits of a project, its tasks and its keys',
      response: limitsResponse,
      errorCodes: [],
      scope: 'admin',
      body: newLimits,
      async handle({ params, body }) {
        checkNames(body.policies, 'policies', policiesMax)
        await policies.replace(params.project_id, body.policies)
        return show(params.project_id)
      },
    }),
  ]
}
