import type { GuardEvidence } from './guard.ts'

/** What a rollout is told to do, and for how long it may take. */
export interface RolloutPlan {
  /** The candidate's shares, rising; the last one is 1. */
  readonly shares: readonly number[]
  /** Seconds that each step lasts at least. */
  readonly hold: number
  /** Runs of the candidate that each step takes at least. */
  readonly minRuns: number
  readonly onHarm: 'rollback' | 'pause'
  readonly onStall: 'pause' | 'rollback'
  /** Seconds after which a rollout that has not completed has stalled, pauses not counted; null: never. */
  readonly maxDuration: number | null
  /** The probability with which a harmless candidate may be rolled back, and a harmful one completed. */
  readonly alpha: number
}

export interface RolloutState {
  readonly status: 'running' | 'paused' | 'completed' | 'rolled_back' | 'superseded'
  /** Index of the present share in `shares`. */
  readonly step: number
  /** When the rollout began or was resumed last, and when its present step began, in ms. */
  readonly goingSince: number
  readonly stepBegan: number
}

export interface RolloutEvidence {
  /** In ms. */
  readonly now: number
  /** Runs of the candidate that ended in this step. */
  readonly runs: number
  readonly guards: readonly GuardEvidence[]
  readonly ratioAlarm: boolean
  /** The metric of a guard that looks at feedback, where that is not split as the weights say; null for none. */
  readonly feedbackAlarm: string | null
  /** The metric of a guard that too few keys say something of; null for none. */
  readonly tooFewKeys: string | null
  /** The metric of a guard that cannot be looked at any more; null for none. */
  readonly lostGuard: string | null
}

/** `none`: the rollout is not running. */
export type RolloutAction = 'advance' | 'complete' | 'rollback' | 'pause' | 'hold' | 'none'
export type RolloutWhy =
  | 'not_running'
  | 'harm'
  | 'sample_ratio'
  | 'max_duration'
  | 'hold'
  | 'min_runs'
  | 'too_few_keys'
  | 'guard_lost'
  | 'too_many_totals'
  | 'evidence'
  | 'safe'

export interface RolloutDecision {
  readonly action: RolloutAction
  readonly why: RolloutWhy
  /** The metric that decided, or that is waited for. */
  readonly metric: string | null
}

/**
 * Decides what a rollout does next. Pure: the same state and evidence give the same decision in every process, and
 * whoever applies it must do so to this very state. Advancing is earned by evidence, not by time: without runs, or
 * without enough of them, the rollout stays where it is. Harm is looked at first, also while a step is held.
 */
export function decideRollout(
  plan: RolloutPlan,
  state: RolloutState,
  seen: RolloutEvidence,
): RolloutDecision {
  if (state.status !== 'running') return decision('none', 'not_running')
  const harmBound = Math.log(seen.guards.length / plan.alpha)
  const harmed = seen.guards.find(({ harm }) => harm >= harmBound)
  if (harmed) return decision(plan.onHarm, 'harm', harmed.guard.metric)
  if (seen.ratioAlarm || seen.feedbackAlarm !== null) {
    return decision(plan.onStall, 'sample_ratio', seen.feedbackAlarm)
  }
  if (plan.maxDuration !== null && seen.now - state.goingSince >= plan.maxDuration * 1000) {
    return decision(plan.onStall, 'max_duration')
  }
  // What nobody looks at is not proven.
  if (seen.lostGuard !== null) return decision('hold', 'guard_lost', seen.lostGuard)
  if (seen.now - state.stepBegan < plan.hold * 1000) return decision('hold', 'hold')
  if (seen.runs < plan.minRuns) return decision('hold', 'min_runs')
  if (seen.tooFewKeys !== null) return decision('hold', 'too_few_keys', seen.tooFewKeys)
  const safeBound = Math.log(1 / plan.alpha)
  const unproven = seen.guards.find(({ safe }) => !(safe >= safeBound))
  if (unproven) return decision('hold', 'evidence', unproven.guard.metric)
  return decision(state.step + 2 >= plan.shares.length ? 'complete' : 'advance', 'safe')
}

const decision = (action: RolloutAction, why: RolloutWhy, metric: string | null = null): RolloutDecision => ({
  action,
  why,
  metric,
})
