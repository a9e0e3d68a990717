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
    const known = knownGuard(metric, given)
    if (!known) {
      throw ValidationError.at(['body', 'guards', at], `expected ${boundOf(metric)}, and no other bound`)
    }
    return known
  })
}

/**
 * The same for a rollout that was accepted. A task keeps the scores that guard it, but did not in earlier versions:
 * `lost` is the metric of a guard that the task does not have any more, or has in another way; null for none.
 */
export function presentGuards(
  { scores }: Pick<Task, 'scores'>,
  guards: readonly RolloutGuard[],
): { readonly known: readonly KnownGuard[]; readonly lost: string | null } {
  const metrics = metricsOf(scores)
  const known = guards.flatMap((given) => {
    const metric = metrics.find(({ name }) => name === given.metric)
    return (metric && knownGuard(metric, given)) ?? []
  })
  const lost = guards.find(({ metric }) => known.every(({ guard }) => guard.metric !== metric))
  return { known, lost: lost?.metric ?? null }
}

const boundOf = (metric: Metric) =>
  metric.name in RATIOS ? 'max_ratio' : metric.good === 'high' ? 'max_decrease' : 'max_increase'

/** Null for a bound that is none of the metric, and for several. */
function knownGuard(metric: Metric, given: RolloutGuard): KnownGuard | null {
  const tolerance = given[boundOf(metric)]
  const bounds = [given.max_increase, given.max_decrease, given.max_ratio]
  if (tolerance === undefined || bounds.filter((bound) => bound !== undefined).length > 1) return null
  return { metric, guard: { metric: metric.name, good: metric.good, tolerance } }
}
