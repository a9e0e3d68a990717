import { z } from 'zod'
import { isoDay } from '../platform/date-span.ts'
import { givenId } from '../platform/id-schema.ts'

/** What a project, one of its tasks, or one of its keys may spend. */
export const budgetPolicy = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1-64 letters, digits, dots, dashes or underscores')
      .meta({ description: 'Its name in errors and metrics; no other budget of the project has it.' }),
    applies_to: z.enum(['project', 'task', 'key']).default('project').meta({
      description:
        'Runs of the whole project, of one task, or of one key, client or task token: of those, the runs that are accepted while it has a budget.',
    }),
    target_id: givenId
      .nullable()
      .default(null)
      .meta({ description: 'The task or the key; null for the project.' }),
    credits: z
      .number()
      .min(0.000001)
      .max(1_000_000_000)
      .meta({ description: 'In the currency of the prices.' }),
    per: z.enum(['day', 'month']).meta({ description: 'Of UTC.' }),
    mode: z.enum(['hard', 'soft']).meta({
      description: '`hard`: what would go beyond it is refused. `soft`: it is only told of.',
    }),
    thresholds: z
      .array(z.number().gt(0).max(10))
      .max(10)
      .default([])
      .meta({
        description: 'Shares of it at which the log and `reached` tell of it.',
        examples: [[0.5, 0.9]],
      }),
  })
  .refine(({ applies_to, target_id }) => (applies_to === 'project') === (target_id === null), {
    path: ['target_id'],
    error: 'expected for a task or a key, and for these alone',
  })
  .meta({ id: 'BudgetPolicy' })

export type BudgetPolicy = z.output<typeof budgetPolicy>

/**
 * What is spent of a budget, in millionths. `held`: what runs under way may still spend. `lost`: what calls of runs that
 * have ended may have cost, whose answers are lost; of a hard budget it can be spent no more.
 */
export interface BudgetState {
  readonly policy: BudgetPolicy
  readonly spent: number
  readonly held: number
  readonly lost: number
}

/** Whether nothing is left of a budget. */
export const isSpent = ({ policy, spent, lost }: BudgetState): boolean => spent + lost >= millionths(policy)

export const millionths = ({ credits }: BudgetPolicy): number => Math.round(credits * 1_000_000)

/** The UTC day or month of a time, as keys have it. */
export function periodOf({ per }: Pick<BudgetPolicy, 'per'>, now: number): string {
  const day = isoDay(now).replaceAll('-', '')
  return per === 'day' ? day : day.slice(0, 6)
}

/** When the period of a time begins, and when the next one does; ms since the epoch. */
export function periodBounds(
  { per }: Pick<BudgetPolicy, 'per'>,
  now: number,
): { first: number; next: number } {
  const date = new Date(now)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  return per === 'day'
    ? { first: Date.UTC(year, month, day), next: Date.UTC(year, month, day + 1) }
    : { first: Date.UTC(year, month, 1), next: Date.UTC(year, month + 1, 1) }
}

/** Seconds until a budget begins anew; at least 1. */
export const secondsUntilAnew = (budget: Pick<BudgetPolicy, 'per'>, now: number): number =>
  Math.max(1, Math.ceil((periodBounds(budget, now).next - now) / 1000))

/** What would be spent at the end of a budget's period, if it went on as since it began; in millionths. */
export function projectedOf({ policy, spent }: BudgetState, now: number): number {
  const { first, next } = periodBounds(policy, now)
  return spent / (Math.max(now - first, 1) / (next - first))
}

/** What counting under some budgets comes to: null where there are none, `hard` where one of them is. */
export function budgetModeOf(budgets: readonly Pick<BudgetPolicy, 'mode'>[]): BudgetPolicy['mode'] | null {
  if (budgets.length === 0) return null
  return budgets.some(({ mode }) => mode === 'hard') ? 'hard' : 'soft'
}

/** What budgets know of a run. */
export interface Spender {
  readonly task: string
  /** Id of the token whose own budgets the run counts under; null when it has none. */
  readonly payer: string | null
}

export function isAbout(
  { applies_to, target_id }: Pick<BudgetPolicy, 'applies_to' | 'target_id'>,
  { task, payer }: Spender,
): boolean {
  if (applies_to === 'project') return true
  return target_id === (applies_to === 'task' ? task : payer)
}
