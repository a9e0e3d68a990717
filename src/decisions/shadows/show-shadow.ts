import { sharedNow } from '../../platform/clock.ts'
import { HOUR_MS } from '../../platform/date-span.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Shown } from '../../platform/shown.ts'
import { shadowBudget } from '../../policies/shadow-budget.ts'
import type { Task } from '../../tasks/task.ts'
import type { RollupStore } from '../../totals/rollup-store.ts'
import { addTotals } from '../hour-counts.ts'
import { droppedIn } from './pair-counts.ts'
import type { shadowResponse } from './shadow-response.ts'

export interface ShowShadowDeps {
  readonly redis: Redis
  readonly rollups: RollupStore
  /** Most rollups that one answer may read. */
  readonly reportRollupsMax: number
}

/**
 * The shadow of a task on the wire. When more would have to be read than may be, without its pairs: who begins or ends a
 * shadow gets an answer.
 * @throws {ApiError} SHADOW_NOT_FOUND
 */
export async function showShadow(
  deps: ShowShadowDeps,
  { id, project_id: project, shadow }: Pick<Task, 'id' | 'project_id' | 'shadow'>,
  now = sharedNow(),
): Promise<Shown<typeof shadowResponse>> {
  if (!shadow) throw new ApiError('SHADOW_NOT_FOUND', 'The task has no shadow.')
  const from = Math.floor(Date.parse(shadow.began) / HOUR_MS) * HOUR_MS
  const [hours, spent] = await Promise.all([
    deps.rollups.hours(project, id, { from, to: now }, deps.reportRollupsMax),
    shadowBudget(deps.redis, { project, task: id }, null).spent(),
  ])
  const shown = { ...shadow, credits_today: spent / 1e6 }
  if (!hours) return { ...shown, pairs: null, dropped: {} }
  const own = addTotals(hours.flatMap((each) => (each.shadow === shadow.revision ? [each.totals] : [])))
  return { ...shown, pairs: own.get('pairs') ?? 0, dropped: droppedIn(own) }
}
