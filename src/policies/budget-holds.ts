import type { Redis } from '../platform/redis/redis.ts'
import { policyScript } from './policy-keys.ts'

const SCRIPTS = {
  hold: policyScript('hold', 'budgets'),
  adjust: policyScript('adjust', 'budgets'),
  spend: policyScript('spend', 'budgets'),
}

/** A budget in one of its days or months. */
export interface Period {
  readonly name: string
  readonly period: string
}

/** A budget that a call is to fit into. */
export interface Bound extends Period {
  /** Millionths. */
  readonly most: number
  readonly isHard: boolean
}

export type HoldReply = readonly ['held'] | readonly ['busy' | 'exceeded', budget: string]

/**
 * Holds what a call of a run may cost, in millionths, under all budgets or under none.
 * @param prefix of the keys of the budgets
 * @param lastsMs in how long the run has ended at the latest
 */
export async function holdAmount(
  redis: Redis,
  prefix: string,
  { run, amount, lastsMs }: { readonly run: string; readonly amount: number; readonly lastsMs: number },
  budgets: readonly Bound[],
): Promise<HoldReply> {
  const args = budgets.flatMap(({ name, period, most, isHard }) => [name, period, most, isHard ? '1' : ''])
  return (await SCRIPTS.hold(redis, [prefix], [run, Math.ceil(amount), lastsMs, ...args])) as HoldReply
}

/** Sets right what a run holds, by so many millionths. */
export async function adjustHold(redis: Redis, prefix: string, run: string, by: number): Promise<void> {
  if (by !== 0) await SCRIPTS.adjust(redis, [prefix], [run, Math.round(by)])
}

/**
 * Ends what a run holds that has ended; what it held beyond its cost is lost.
 * @param cost in millionths; null when it is not known any more
 * @param isCounted whether its cost is counted here, as spent
 * @returns what is spent of each budget now
 */
export async function endHold(
  redis: Redis,
  prefix: string,
  {
    run,
    cost,
    isCounted,
  }: { readonly run: string; readonly cost: number | null; readonly isCounted: boolean },
  budgets: readonly Period[],
): Promise<number[]> {
  const args = budgets.flatMap(({ name, period }) => [name, period])
  const ended = [run, cost === null ? '' : Math.round(cost), isCounted ? '1' : '']
  return (await SCRIPTS.spend(redis, [prefix], [...ended, ...args])) as number[]
}
