import type { Rollout } from '../../tasks/split/rollout.ts'
import type { RolloutPlan, RolloutState } from './decide-rollout.ts'

export const planOf = (rollout: Rollout): RolloutPlan => ({
  shares: rollout.shares,
  hold: rollout.hold,
  minRuns: rollout.min_runs,
  onHarm: rollout.on_harm,
  onStall: rollout.on_stall,
  maxDuration: rollout.max_duration,
  alpha: rollout.alpha,
})

export const stateOf = (rollout: Rollout): RolloutState => ({
  status: rollout.status,
  step: rollout.step,
  goingSince: Date.parse(rollout.resumed ?? rollout.began),
  stepBegan: Date.parse(rollout.step_began),
})
