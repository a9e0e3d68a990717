/** A bound on what a rollout may do to a metric; one of the three. */
export interface RolloutGuard {
  readonly metric: string
  readonly max_increase?: number | undefined
  readonly max_decrease?: number | undefined
  readonly max_ratio?: number | undefined
}

/** A rollout to start; what is absent is as the server's reference says. */
export interface NewRollout {
  readonly from: string
  readonly to: string
  /** Rising, the last one 1. */
  readonly shares?: readonly number[] | undefined
  /** Seconds. */
  readonly hold?: number | undefined
  readonly min_runs?: number | undefined
  readonly guards?: readonly RolloutGuard[] | undefined
  readonly alpha?: number | undefined
  /** Seconds until a run counts as one that hangs. */
  readonly done_within?: number | undefined
  readonly on_harm?: 'rollback' | 'pause' | undefined
  readonly on_stall?: 'pause' | 'rollback' | undefined
  /** Seconds. */
  readonly max_duration?: number | null | undefined
}

export interface GuardState {
  readonly metric: string
  readonly bound: number
  /** Evidence that the bound is exceeded, and what it takes to act on it. */
  readonly harm: number
  readonly harm_needed: number
  /** Evidence that the next share is safe, and what it takes. */
  readonly safe: number
  readonly safe_needed: number
}

/** The rollout of a task, the present one or the last. */
export interface Rollout {
  readonly from: string
  readonly to: string
  readonly status: 'running' | 'paused' | 'completed' | 'rolled_back' | 'superseded'
  readonly why: string
  readonly metric: string | null
  readonly step: number
  readonly share: number
  readonly shares: readonly number[]
  readonly hold: number
  readonly min_runs: number
  readonly alpha: number
  readonly done_within: number
  readonly on_harm: 'rollback' | 'pause'
  readonly on_stall: 'pause' | 'rollback'
  readonly max_duration: number | null
  readonly began: string
  readonly step_began: string
  readonly runs: number
  readonly guards: readonly GuardState[]
  /** What the evidence of this moment would have done, or waits for. */
  readonly next: {
    readonly action: 'advance' | 'complete' | 'rollback' | 'pause' | 'hold' | 'none'
    readonly why: string
    readonly metric: string | null
  }
}
