import type { RolloutIndex } from '../decisions/rollouts/rollout-index.ts'
import { type Family, LabelledSums } from './family.ts'

/** The families of rollouts that are under way. */
export function rolloutFamilies({ count, ageMs }: Awaited<ReturnType<RolloutIndex['waiting']>>): Family[] {
  const open = new LabelledSums('splitrun_open_rollouts', 'Rollouts that run or are paused.', 'gauge')
  const age = new LabelledSums(
    'splitrun_rollouts_evaluated_age_seconds',
    'For how long no worker has looked at all rollouts; 0 where there is none.',
    'gauge',
  )
  open.add({}, count)
  age.add({}, ageMs)
  return [open.family(), age.family(0.001)]
}
