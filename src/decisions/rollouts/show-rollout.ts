import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Shown } from '../../platform/shown.ts'
import type { Rollout } from '../../tasks/split/rollout.ts'
import type { Task } from '../../tasks/task.ts'
import { decideRollout } from './decide-rollout.ts'
import { type GatherEvidenceDeps, gatherEvidence } from './gather-evidence.ts'
import { DONE_WITHIN } from './rollout-input.ts'
import type { rolloutResponse } from './rollout-response.ts'
import { planOf, stateOf } from './rollout-state.ts'

/**
 * The rollout of a task on the wire, with what is known of it now; changes nothing.
 * When more would have to be read than may be, it says so in `next`, without guards: who changes a rollout gets an answer.
 * @throws {ApiError} ROLLOUT_NOT_FOUND
 */
export async function showRollout(
  deps: GatherEvidenceDeps,
  task: Task,
  now = sharedNow(),
): Promise<Shown<typeof rolloutResponse>> {
  const { rollout } = task
  if (!rollout) throw new ApiError('ROLLOUT_NOT_FOUND', 'The task has had no rollout.')
  const seen = await gatherEvidence(deps, task, rollout, now)
  const next = seen ? decideRollout(planOf(rollout), stateOf(rollout), seen) : unseen(rollout)
  const { first_split: _, before: __, guards: ___, resumed: ____, shares, ...shown } = rollout
  return {
    ...shown,
    shares: [...shares],
    done_within: rollout.done_within ?? DONE_WITHIN,
    share: rollout.status === 'rolled_back' ? 0 : (shares[rollout.step] ?? 1),
    runs: seen?.runs ?? 0,
    guards: (seen?.guards ?? []).map(({ guard, harm, safe }) => ({
      metric: guard.metric,
      bound: guard.tolerance,
      harm: finite(harm),
      harm_needed: (seen?.guards.length ?? 0) / rollout.alpha,
      safe: finite(safe),
      safe_needed: 1 / rollout.alpha,
    })),
    next,
  }
}

const unseen = ({ status }: Rollout): Shown<typeof rolloutResponse>['next'] =>
  status === 'running'
    ? { action: 'hold', why: 'too_many_totals', metric: null }
    : { action: 'none', why: 'not_running', metric: null }

/** From a logarithm; a number on the wire has to be finite. */
const finite = (log: number): number => Math.min(Math.exp(log), Number.MAX_VALUE)
