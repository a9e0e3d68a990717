import type { ModelRegistry } from '../../models/model-registry.ts'
import { findEnds } from '../../models/retirement/find-ends.ts'
import type { RetirementStore } from '../../models/retirement/retirement-store.ts'
import { sharedNow } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { type ModelUse, tasksOfModels } from '../../tasks/tasks-of-models.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'

export interface WatchEndsDeps {
  readonly models: ModelRegistry
  readonly tasks: TaskStore
  readonly tenants: TenantStore
  readonly retirements: RetirementStore
  readonly log: Logger
}

/** An end that is nearer than this is warned of every day, in ms. */
const SOON_MS = 30 * 86_400_000
/** Tasks that one line of the log names. */
const MOST_NAMED = 20

/** Asks the servers once a day, in one process of the fleet, when their models end, and says which tasks that concerns. */
export async function watchEndsOfModels(deps: WatchEndsDeps, signal: AbortSignal): Promise<void> {
  const { models, retirements, log } = deps
  if (!(await retirements.takeTurn())) return
  try {
    const ends = await findEnds(models.list({ includeRetired: true }), log, signal)
    const uses = ends.size > 0 ? await usesOf(deps, new Set(ends.keys()), signal) : []
    if (signal.aborted) return await retirements.returnTurn()
    const all = [...ends].map(([model, retires]) => ({
      model,
      retires,
      uses: uses.filter((use) => use.model === model),
    }))
    await retirements.replace(
      new Map(all.map(({ model, retires, uses: { length } }) => [model, { retires, tasks: length }])),
    )
    for (const { model, retires, uses: used } of all) {
      if (Date.parse(retires) - sharedNow() > SOON_MS) continue
      const tasks = used.slice(0, MOST_NAMED).map(({ task, name }) => ({ task, name }))
      const name = models.configured(model)?.name
      log.warn({ model: name, retires, tasks, task_count: used.length }, 'a model ends soon')
    }
  } catch (error) {
    await retirements.returnTurn()
    throw error
  }
}

async function usesOf(
  { tenants, ...deps }: WatchEndsDeps,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ModelUse[]> {
  const uses: ModelUse[] = []
  for (const { id: org } of await tenants.organisations()) {
    for (const { id: project } of await tenants.projects(org)) {
      if (signal.aborted) return uses
      uses.push(...(await tasksOfModels(deps, project, wanted, signal)))
    }
  }
  return uses
}
