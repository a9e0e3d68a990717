import { DAY_MS } from '../../platform/date-span.ts'
import type { Logger } from '../../platform/logger.ts'
import { type BudgetPolicy, isAbout, periodBounds } from '../../policies/budget.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import type { RollupStore } from '../../totals/rollup-store.ts'

export interface CorrectBudgetsDeps {
  readonly budgets: BudgetStore
  readonly rollups: RollupStore
  readonly log: Logger
  /** For how many days totals are kept. */
  readonly config: { readonly reportDays: number }
}

/** Totals that are read for one budget. Of a project with more, what was counted run by run stays. */
const MOST_TOTALS = 100_000

/** While others change what is spent of a budget, it is looked at anew, so often. */
const MOST_TRIES = 5

/**
 * Sets what is spent of each budget to what the totals say, which are exact. What is spent is read before the totals are: a
 * run that ends meanwhile may count twice until the next time, and never less than once. Of a period that began before
 * the oldest totals that are kept, what is spent is only ever raised.
 */
export async function correctBudgets(
  deps: CorrectBudgetsDeps,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const { budgets } = deps
  for (const project of await budgets.projects()) {
    await budgets.forgetPast(project, now)
    await correctSome(deps, project, await budgets.read(project), now, signal)
  }
}

/**
 * The same of some budgets of a project, which it has or is about to have. However many do it at once, what was not known
 * to be spent is added once, but for a budget that is spent from all the while: there it may count twice until the next time.
 */
export async function correctSome(
  deps: CorrectBudgetsDeps,
  project: string,
  policies: readonly BudgetPolicy[],
  now: number,
  signal: AbortSignal,
): Promise<void> {
  for (const policy of policies) {
    for (let tries = 1; !signal.aborted; tries += 1) {
      if (await correctOne(deps, project, policy, now, tries < MOST_TRIES)) break
    }
  }
}

/**
 * @param isGuarded whether only what is spent is set right that nobody has changed since it was read
 * @returns false where somebody has
 */
async function correctOne(
  { budgets, rollups, log, config }: CorrectBudgetsDeps,
  project: string,
  policy: BudgetPolicy,
  now: number,
  isGuarded: boolean,
): Promise<boolean> {
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const oldest = today - (config.reportDays - 1) * DAY_MS
  const [{ spent = 0 } = {}] = await budgets.statesOf(project, [policy])
  const { first } = periodBounds(policy, now)
  const exact = await totalOf(rollups, project, policy, { first, last: today })
  if (exact === null) {
    log.warn({ project, budget: policy.name }, 'a budget has too many totals to be compared with them')
    return true
  }
  const isWhole = first >= oldest
  if (isWhole ? exact === spent : exact <= spent) return true
  return budgets.correct(project, policy, now, { read: isGuarded ? spent : null, by: exact - spent })
}

/** What the totals of some days say that is spent of a budget; null when they are too many. */
async function totalOf(
  rollups: RollupStore,
  project: string,
  policy: BudgetPolicy,
  range: { first: number; last: number },
): Promise<number | null> {
  if (policy.applies_to === 'key') return rollups.creditsOfKey(project, policy.target_id ?? '', range)
  const fits = ({ task }: { task: string }) => isAbout(policy, { task, payer: null })
  const days = await rollups.days(project, range, fits, MOST_TOTALS)
  return days?.reduce((sum, { totals }) => sum + (totals.get('credits') ?? 0), 0) ?? null
}
