import { ValidationError } from '../../platform/errors.ts'
import type { RolloutGuard } from '../../tasks/split/rollout.ts'
import type { Task } from '../../tasks/task.ts'
import { metricsOf } from '../compare-revisions.ts'
import { RATIOS } from '../hour-counts.ts'
import type { Metric } from '../verdict.ts'
import type { Guard } from './guard.ts'

/** A guard with the metric that it looks at. */
export interface KnownGuard {
  readonly guard: Guard
  readonly metric: Metric
}

/**
 * The guards of a rollout.
 * @throws {ValidationError} for a metric that the task does not have, and a bound that is none of that metric
 */
export function guardsOf({ scores }: Pick<Task, 'scores'>, guards: readonly RolloutGuard[]): KnownGuard[] {
  const metrics = metricsOf(scores)
  return guards.map((given, at) => {
    const metric = metrics.find(({ name }) => name === given.metric)
    if (!metric) {
      const names = metrics.map(({ name }) => name).join(', ')
      throw ValidationError.at(['body', 'guards', at, 'metric'], `expected one of ${names}`)
    }
    const wanted =
      metric.name in RATIOS ? 'max_ratio' : metric.good === 'high' ? 'max_decrease' : 'max_increase'
    const tolerance = given[wanted]
    const bounds = [given.max_increase, given.max_decrease, given.max_ratio]
    if (tolerance === undefined || bounds.filter((bound) => bound !== undefined).length > 1) {
      throw ValidationError.at(['body', 'guards', at], `expected ${wanted}, and no other bound`)
    }
    return { metric, guard: { metric: metric.name, good: metric.good, tolerance } }
  })
}

/** The same for a rollout that was accepted: guards whose metric was taken off the task since are left out. */
export function presentGuards(task: Pick<Task, 'scores'>, guards: readonly RolloutGuard[]): KnownGuard[] {
  const names = new Set(metricsOf(task.scores).map(({ name }) => name))
  return guardsOf(
    task,
    guards.filter(({ metric }) => names.has(metric)),
  )
}
