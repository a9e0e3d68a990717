import type { BudgetPolicy } from '@splitrun/client'
import { numberOf } from '../../parts/number-of.ts'
import type { Target } from './target.ts'

/** A budget as it is typed. */
export interface BudgetDraft extends Target {
  readonly name: string
  readonly credits: string
  readonly per: BudgetPolicy['per']
  readonly mode: BudgetPolicy['mode']
  /** Percents, with commas between. */
  readonly thresholds: string
}

const NONE: BudgetDraft = {
  ...{ name: '', applies_to: 'project', target_id: null },
  ...{ credits: '', per: 'month', mode: 'hard', thresholds: '50, 90' },
}

/** Shares and percents, without the tail that binary fractions have. */
const plain = (value: number): number => Number(value.toPrecision(12))

export const budgetDraftOf = (policy: BudgetPolicy | null): BudgetDraft =>
  policy === null
    ? NONE
    : {
        ...policy,
        credits: String(policy.credits),
        thresholds: policy.thresholds.map((each) => plain(each * 100)).join(', '),
      }

/**
 * As it goes over the wire; whether it makes sense is the server's to say.
 * @throws {TypeError} where a number is none
 */
export function budgetOf({ credits, thresholds, ...budget }: BudgetDraft): BudgetPolicy {
  const percents = thresholds.split(',').filter((each) => each.trim() !== '')
  return {
    ...budget,
    name: budget.name.trim(),
    credits: numberOf('Credits', credits),
    thresholds: percents.map((each) => plain(numberOf('Tell of it', each) / 100)),
  }
}
