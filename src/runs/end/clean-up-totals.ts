import { sharedNow } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { type CardinalityStore, OTHER } from '../../totals/cardinality-store.ts'
import { joinName, splitName } from '../../totals/rollup.ts'
import type { RollupStore } from '../../totals/rollup-store.ts'

export interface CleanUpTotalsDeps {
  readonly rollups: RollupStore
  readonly names: CardinalityStore
  readonly tasks: TaskStore
  readonly log: Logger
}

/** So many tasks are looked at in one tick. */
const BATCH = 500

/** All totals of a task, by its project and its id: an id alone may stand in several projects. */
interface TotalsOfTask {
  readonly project: string
  readonly task: string
  readonly names: string[]
}

/**
 * Takes deleted tasks out of the totals that are kept for ever, and gives the places of their revisions in the metrics to
 * others, and removes what their revisions were compared by. What their runs added up to by day stays in the reports of their project.
 * @param after what the call before returned: where it stopped
 * @returns where to go on, or null when the last task was looked at
 */
export async function cleanUpTotals(deps: CleanUpTotalsDeps, after: string | null): Promise<string | null> {
  const found = totalsByTask(await deps.rollups.namesForEver())
  const keys = [...found.keys()].filter((key) => after === null || key > after).sort()
  const batch = keys.slice(0, BATCH)
  const candidates = batch.flatMap((key) => found.get(key) ?? [])
  const exist = await deps.tasks.exist(candidates)
  const deleted = candidates.filter((_, at) => !exist[at])
  if (deleted.length > 0) {
    const names = deleted.flatMap((each) => each.names)
    await deps.rollups.forget(names)
    for (const { project, task, names: own } of deleted) {
      await deps.rollups.forgetHours(project, task, sharedNow())
      await deps.names.forgetSeries(project, own.map(revisionOf))
    }
    deps.log.info({ tasks: deleted.length }, 'removed the totals of tasks that are gone')
  }
  return keys.length > batch.length ? (batch.at(-1) ?? null) : null
}

function totalsByTask(names: readonly string[]): Map<string, TotalsOfTask> {
  const found = new Map<string, TotalsOfTask>()
  for (const name of names) {
    const [project, task] = splitName(name)
    if (!project || !task || task === OTHER) continue
    const key = joinName([project, task])
    const known = found.get(key) ?? { project, task, names: [] }
    known.names.push(name)
    found.set(key, known)
  }
  return found
}

/** `project/task/revision` of totals that may be those of one model. */
const revisionOf = (name: string): string => joinName(splitName(name).slice(0, 3))
