import { sharedNow } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { isOpen } from '../../tasks/split/rollout.ts'
import type { StoredTask } from '../../tasks/task-store.ts'
import { changeRollout } from './change-rollout.ts'
import { decideRollout } from './decide-rollout.ts'
import { type GatherEvidenceDeps, gatherEvidence } from './gather-evidence.ts'
import type { RolloutEntry, RolloutIndex } from './rollout-index.ts'
import { planOf, stateOf } from './rollout-state.ts'

export interface DecideRolloutsDeps extends GatherEvidenceDeps {
  readonly rollouts: RolloutIndex
  readonly log: Logger
}

/**
 * Looks at every running rollout, and does what its evidence says. Any process may do this at any time, and end in the
 * middle: each change is one step on the very state that it was decided on, so it happens once. One that cannot be looked
 * at keeps nothing else from being done: it is logged, and the age of the last evaluation grows.
 */
export async function decideRollouts(
  deps: DecideRolloutsDeps,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const all = await deps.rollouts.all()
  let failed = false
  for (const owner of all) {
    if (signal.aborted) return
    try {
      await lookAt(deps, owner, now)
    } catch (err) {
      deps.log.error({ err, task_id: owner.task }, 'a rollout could not be looked at')
      failed = true
    }
  }
  if (all.length > 0 && !failed) await deps.rollouts.evaluated(sharedNow())
}

async function lookAt(deps: DecideRolloutsDeps, owner: RolloutEntry, now: number): Promise<void> {
  const stored = await deps.tasks.read(owner.project, owner.task)
  if (!stored || !isOpen(stored.task.rollout)) await deps.rollouts.forget(owner, now)
  else if (stored.task.rollout.status === 'running') await decideOne(deps, stored, now)
}

async function decideOne(deps: DecideRolloutsDeps, stored: StoredTask, now: number): Promise<void> {
  const { rollout } = stored.task
  if (!rollout) return
  const seen = await gatherEvidence(deps, stored.task, rollout, now)
  if (seen === null) {
    deps.log.warn({ task_id: stored.task.id }, 'a rollout has too many totals to be looked at')
    return
  }
  const { action, why, metric } = decideRollout(planOf(rollout), stateOf(rollout), seen)
  if (action === 'hold' || action === 'none') return
  const evidence = {
    share: rollout.shares[rollout.step],
    runs: seen.runs,
    guards: seen.guards.map(({ guard, harm, safe }) => ({
      metric: guard.metric,
      harm: finite(Math.exp(harm)),
      safe: finite(Math.exp(safe)),
    })),
  }
  const changed = await changeRollout(deps.tasks, stored, rollout, {
    action,
    why,
    metric,
    by: 'rollout',
    evidence,
  })
  if (changed) deps.log.info({ task_id: stored.task.id, action, why, metric }, 'a rollout goes on')
}

const finite = (value: number): number => Math.min(value, Number.MAX_VALUE)
