import { timeOfId } from '../../platform/ids.ts'
import type { BudgetStore } from '../../policies/budget-store.ts'
import type { PolicyStore } from '../../policies/policy-store.ts'
import { isFinal } from '../run.ts'
import type { RunStore } from '../store/run-store.ts'

export interface EndLeftOverDeps {
  readonly budgets: BudgetStore
  readonly policies: PolicyStore
  readonly runs: RunStore
}

/** A run counts under limits before it exists; no request takes so long to create its run, in ms. */
const NOT_YET_CREATED_MS = 600_000
/** Runs that are looked at for one project, or one of its policies, in one round. */
const MOST_LOOKED_AT = 500

/**
 * Ends what runs that have ended still hold of budgets, and the places that they have under limits: whoever ended them was
 * lost before it could. What they cost and used is in the totals; budgets are set to these anyway.
 */
export async function endLeftOver(
  { budgets, policies, runs }: EndLeftOverDeps,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const created = now - NOT_YET_CREATED_MS
  const endedOf = async (ids: readonly string[]) => {
    const records = ids.length === 0 ? [] : await runs.getMany(ids)
    return ids
      .map((id, at) => ({ id, record: records[at] }))
      .filter(({ id, record }) => (record ? isFinal(record.status) : timeOfId(id) < created))
  }
  for (const project of await budgets.projects()) {
    if (signal.aborted) return
    const ended = await endedOf(await budgets.holding(project, MOST_LOOKED_AT))
    for (const { id, record } of ended) await budgets.release(project, id, record?.result?.credits ?? null)
  }
  for (const project of await policies.projects()) {
    for (const { name, concurrent_runs } of await policies.read(project)) {
      if (signal.aborted) return
      if (concurrent_runs === undefined) continue
      const ended = await endedOf(await policies.placed(project, name, MOST_LOOKED_AT))
      for (const { id } of ended) await policies.end(project, id, 0, [name])
    }
  }
}
