import type { RolloutIndex } from '../decisions/rollouts/rollout-index.ts'
import type { ShadowLane } from '../runs/store/shadow-lane.ts'
import { isOpen } from '../tasks/split/rollout.ts'
import type { Task } from '../tasks/task.ts'
import { type Family, LabelledSums } from './family.ts'

/** The families of rollouts and shadows that are under way. */
export function rolloutFamilies(
  { count, ageMs }: Awaited<ReturnType<RolloutIndex['waiting']>>,
  lane: Awaited<ReturnType<ShadowLane['waiting']>>,
  tasks: readonly Task[],
): Family[] {
  const open = new LabelledSums('splitrun_open_rollouts', 'Rollouts that run or are paused.', 'gauge')
  const age = new LabelledSums(
    'splitrun_rollouts_evaluated_age_seconds',
    'For how long no worker has looked at all rollouts; 0 where there is none.',
    'gauge',
  )
  const share = new LabelledSums(
    'splitrun_rollout_share',
    'The share that a rollout has given its revision so far, of what both have; status: running or paused.',
    'gauge',
  )
  const shadow = new LabelledSums(
    'splitrun_shadow_share',
    'Of the drawn runs of a task, the share that a revision runs beside.',
    'gauge',
  )
  const shadows = new LabelledSums('splitrun_shadows', 'Shadow runs that wait or run.', 'gauge')
  open.add({}, count)
  age.add({}, ageMs)
  for (const [state, runs] of Object.entries(lane)) shadows.add({ state }, runs)
  for (const { id: task, project_id: project, rollout, shadow: beside } of tasks) {
    if (isOpen(rollout)) {
      const { to: revision, status, shares, step } = rollout
      share.add({ project, task, revision, status }, shares[step] ?? 1)
    }
    if (beside) shadow.add({ project, task, revision: beside.revision }, beside.share)
  }
  return [open.family(), age.family(0.001), ...[share, shadow, shadows].map((sums) => sums.family())]
}
