import { sharedNow } from '../../platform/clock.ts'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import type { Shown } from '../../platform/shown.ts'
import type { Task } from '../../tasks/task.ts'
import { decideRollout } from './decide-rollout.ts'
import { type GatherEvidenceDeps, gatherEvidence } from './gather-evidence.ts'
import { DONE_WITHIN } from './rollout-input.ts'
import type { rolloutResponse } from './rollout-response.ts'
import { planOf, stateOf } from './rollout-state.ts'

/**
 * The rollout of a task on the wire, with what is known of it now; changes nothing.
 * @throws {ApiError} ROLLOUT_NOT_FOUND
 * @throws {ValidationError} when more would have to be read than may be
 */
export async function showRollout(
  deps: GatherEvidenceDeps,
  task: Task,
  now = sharedNow(),
): Promise<Shown<typeof rolloutResponse>> {
  const { rollout } = task
  if (!rollout) throw new ApiError('ROLLOUT_NOT_FOUND', 'The task has had no rollout.')
  const seen = await gatherEvidence(deps, task, rollout, now)
  if (!seen) throw ValidationError.at(['path', 'task_id'], 'too many hours of too many revisions', 'too_big')
  const { action, why, metric } = decideRollout(planOf(rollout), stateOf(rollout), seen)
  const { first_split: _, before: __, guards: ___, shares, ...shown } = rollout
  return {
    ...shown,
    shares: [...shares],
    done_within: rollout.done_within ?? DONE_WITHIN,
    share: rollout.status === 'rolled_back' ? 0 : (shares[rollout.step] ?? 1),
    runs: seen.runs,
    guards: seen.guards.map(({ guard, harm, safe }) => ({
      metric: guard.metric,
      bound: guard.tolerance,
      harm: finite(harm),
      harm_needed: seen.guards.length / rollout.alpha,
      safe: finite(safe),
      safe_needed: 1 / rollout.alpha,
    })),
    next: { action, why, metric },
  }
}

/** From a logarithm; a number on the wire has to be finite. */
const finite = (log: number): number => Math.min(Math.exp(log), Number.MAX_VALUE)
