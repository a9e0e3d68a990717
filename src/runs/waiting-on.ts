import type { LimitReader, WaitingOn } from '../models/limits/limit-reader.ts'
import { ownerOfLane } from '../models/limits/rate-limits.ts'
import type { BudgetStore } from '../policies/budget-store.ts'

/** What the runs of a lane wait for now: a limit of their model or its server, or a hard budget; null for nothing that is known. */
export async function waitingOn(
  { limitReader, budgets }: { readonly limitReader: LimitReader; readonly budgets: BudgetStore },
  lane: string,
): Promise<WaitingOn | null> {
  const onLimit = await limitReader.waitingOn(lane)
  if (onLimit) return onLimit
  const owner = ownerOfLane(lane)
  if (!owner?.isHard) return null
  const busy = await budgets.waitingOn(owner.project)
  return busy && { type: 'budget', limit: 'credits', ...busy }
}
