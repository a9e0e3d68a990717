import { z } from 'zod'
import { givenId } from '../platform/id-schema.ts'

const amount = z.int().min(1).max(1_000_000_000_000)

/** What one limit of a project is of, and what it permits. */
export const limitPolicy = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1-64 letters, digits, dots, dashes or underscores')
      .meta({ description: 'Its name in headers and errors; no other limit of the project has it.' }),
    applies_to: z.enum(['project', 'task', 'key']).default('project').meta({
      description: 'Runs of the whole project, of one task, or of one key, client or task token.',
    }),
    target_id: givenId
      .nullable()
      .default(null)
      .meta({ description: 'The task or the key; null for the project.' }),
    requests_per_minute: amount.optional().meta({ description: 'Runs that are accepted.' }),
    tokens_per_minute: amount.optional().meta({
      description:
        'Tokens that runs have used, counted when they end; no run is accepted while they are over it.',
    }),
    concurrent_runs: amount.optional().meta({ description: 'Runs that have not ended.' }),
  })
  .refine(({ applies_to, target_id }) => (applies_to === 'project') === (target_id === null), {
    path: ['target_id'],
    error: 'expected for a task or a key, and for these alone',
  })
  .refine((each) => each.requests_per_minute ?? each.tokens_per_minute ?? each.concurrent_runs, {
    error: 'expected at least one of requests_per_minute, tokens_per_minute, concurrent_runs',
  })
  .meta({ id: 'LimitPolicy' })

export type LimitPolicy = z.output<typeof limitPolicy>

/** What is limited, as the members of a policy name it. */
export const UNITS = ['requests_per_minute', 'tokens_per_minute', 'concurrent_runs'] as const
export type Unit = (typeof UNITS)[number]

/** How far one limit is used. */
export interface LimitState {
  readonly policy: string
  readonly unit: Unit
  readonly most: number
  /** Below 0: more was used than is permitted, which is paid off over time. */
  readonly left: number
  /** Ms until nothing of it is used, as far as that is known. */
  readonly resetMs: number
}

/** Who starts a run of what. */
export interface Started {
  readonly project: string
  readonly task: string
  /** Id of the token. */
  readonly user: string
}

/** True when a policy is about such a run. */
export function concerns(
  { applies_to, target_id }: LimitPolicy,
  { task, user }: Omit<Started, 'project'>,
): boolean {
  if (applies_to === 'project') return true
  return target_id === (applies_to === 'task' ? task : user)
}
