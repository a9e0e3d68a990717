import { setTimeout as pause } from 'node:timers/promises'
import { type Redis, wasNotExecuted } from '../platform/redis/redis.ts'
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
 * @param others all other budgets of the same owner, for what runs of theirs left that nobody ended in time
 */
export async function holdAmount(
  redis: Redis,
  prefix: string,
  { run, amount, lastsMs }: { readonly run: string; readonly amount: number; readonly lastsMs: number },
  budgets: readonly Bound[],
  others: readonly Period[] = [],
): Promise<HoldReply> {
  const bounds = budgets.flatMap(({ name, period, most, isHard }) => [name, period, most, isHard ? '1' : ''])
  const rest = others.flatMap(({ name, period }) => [name, period])
  const args = [run, Math.ceil(amount), lastsMs, budgets.length, ...bounds, ...rest]
  return (await SCRIPTS.hold(redis, [prefix], args)) as HoldReply
}

const ADJUST_AGAIN_MS = 200
/** For so long what a run holds is tried to be set right, in ms. */
const ADJUST_FOR_MS = 60_000

/**
 * Sets right what a run holds, by so many millionths. While Redis is away it is tried again, since what is not set right is
 * lost when the run ends; but never what may have been done, since then too little would be held.
 */
export async function adjustHold(redis: Redis, prefix: string, run: string, by: number): Promise<void> {
  if (by === 0) return
  const end = performance.now() + ADJUST_FOR_MS
  for (;;) {
    try {
      await SCRIPTS.adjust(redis, [prefix], [run, Math.round(by)])
      return
    } catch (error) {
      if (!wasNotExecuted(error) || performance.now() > end) throw error
      await pause(ADJUST_AGAIN_MS, undefined, { ref: false })
    }
  }
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
