import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { RolloutIndex } from '../decisions/rollouts/rollout-index.ts'
import type { VerdictNotes } from '../decisions/verdicts/verdict-notes.ts'
import type { LimitReader } from '../models/limits/limit-reader.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import type { RetirementStore } from '../models/retirement/retirement-store.ts'
import { sharedNow } from '../platform/clock.ts'
import type { BudgetStore } from '../policies/budget-store.ts'
import type { RunStore } from '../runs/store/run-store.ts'
import type { ShadowLane } from '../runs/store/shadow-lane.ts'
import type { Task } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { OTHER } from '../totals/cardinality-store.ts'
import { joinName, splitName } from '../totals/rollup.ts'
import type { RollupStore, Totals } from '../totals/rollup-store.ts'
import { budgetFamilies, readBudgets } from './budget-families.ts'
import { exposeFamily, type Family } from './family.ts'
import { limitFamilies } from './limit-families.ts'
import { modelFamilies } from './model-families.ts'
import { queueFamilies } from './queue-families.ts'
import { rolloutFamilies } from './rollout-families.ts'
import { RunFamilies, type TimesBy } from './run-families.ts'
import { taskFamilies } from './task-families.ts'
import { verdictFamilies } from './verdict-families.ts'

export interface FleetMetricsDeps {
  readonly rollups: RollupStore
  readonly runs: RunStore
  readonly tasks: TaskStore
  readonly models: ModelRegistry
  readonly retirements: RetirementStore
  readonly limitReader: LimitReader
  readonly budgets: BudgetStore
  readonly rollouts: RolloutIndex
  readonly shadows: ShadowLane
  readonly verdicts: VerdictNotes
  /** How old the text may be, in ms: many scrapes within this time read Redis once. */
  readonly cacheMs: number
  readonly timesBy: TimesBy
}

interface Found {
  readonly name: string
  readonly totals: Totals
  readonly project: string
  readonly task: string
  readonly revision: string | null
}

/**
 * The metrics of the whole installation, read from Redis, so that every API process shows the same. They are as exact as
 * the rollups, and survive restarts.
 */
export function createFleetMetrics(deps: FleetMetricsDeps) {
  const cache = new LRUCache<'text', string>({
    max: 1,
    // A ttl of 0 would mean for ever.
    ttl: Math.max(1, deps.cacheMs),
    fetchMethod: async () => expose(await readFamilies(deps)),
  })
  return {
    /** In Prometheus' text format. Rejects when Redis does not answer. */
    async text(): Promise<string> {
      return (await cache.fetch('text')) ?? ''
    },
  }
}

async function readFamilies(deps: FleetMetricsDeps): Promise<Family[]> {
  const [found, backlog, retirements, usages, budgets, rollouts, shadows, verdicts] = await Promise.all([
    readRollups(deps),
    deps.runs.backlog(sharedNow()),
    deps.retirements.read(),
    deps.limitReader.usage(),
    readBudgets(deps.budgets),
    deps.rollouts.waiting(sharedNow()),
    deps.shadows.waiting(),
    deps.verdicts.all(),
  ])
  const tasks = await readTasks(deps, found)
  // A deleted task is not shown. The janitor removes its totals.
  const shown = found.filter((each) => each.task === OTHER || tasks.has(taskOf(each)))
  const runs = new RunFamilies((model) => deps.models.find(model)?.provider ?? '', deps.timesBy)
  for (const each of shown) runs.add(each.name, each.totals, tasks.get(taskOf(each))?.scores)
  const revisions = new Map(
    shown.flatMap(({ project, task, revision }) =>
      task === OTHER || revision === null
        ? []
        : [[joinName([project, revision]), { project, id: revision }] as const],
    ),
  )
  return [
    ...runs.families(),
    ...(await taskFamilies(deps.tasks, [...tasks.values()], [...revisions.values()])),
    ...queueFamilies(backlog),
    ...rolloutFamilies(rollouts, shadows, [...tasks.values()]),
    ...verdictFamilies(verdicts.filter((each) => tasks.has(taskOf(each)))),
    ...modelFamilies(deps.models, retirements),
    ...limitFamilies(usages),
    ...budgetFamilies(budgets, sharedNow()),
  ]
}

async function readRollups({ rollups }: FleetMetricsDeps): Promise<Found[]> {
  return (await rollups.forEver()).map(({ name, totals }) => {
    const [project, task, revision = null] = splitName(name)
    return { name, totals, project: project ?? '', task: task ?? '', revision }
  })
}

const taskOf = ({ project, task }: Pick<Found, 'project' | 'task'>): string => joinName([project, task])

/** The tasks that exist, by project and id. */
async function readTasks({ tasks }: FleetMetricsDeps, found: readonly Found[]): Promise<Map<string, Task>> {
  const wanted = new Map(
    found.flatMap((each) => (each.task === OTHER ? [] : [[taskOf(each), each] as const])),
  )
  const read = await Promise.all(
    // The cache may not have a task that was created just now: then Redis is read.
    [...wanted].map(async ([name, { project, task }]) => {
      const known = (await tasks.recent(project, task)) ?? (await tasks.read(project, task))?.task
      return known ? [[name, known] as const] : []
    }),
  )
  return new Map(read.flat())
}

/** Writes one family per tick of the event loop, so that thousands of lines do not delay requests. */
async function expose(families: readonly Family[]): Promise<string> {
  const texts: string[] = []
  for (const family of families) {
    texts.push(await exposeFamily(family))
    await setImmediate()
  }
  return texts.join('\n')
}
