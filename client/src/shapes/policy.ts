/** What one limit of a project is of, and what it permits. */
export interface LimitPolicy {
  readonly name: string
  readonly applies_to: 'project' | 'task' | 'key'
  /** The task or the key; null for the project. */
  readonly target_id: string | null
  readonly requests_per_minute?: number | undefined
  readonly tokens_per_minute?: number | undefined
  readonly concurrent_runs?: number | undefined
}

/** The limits of a project, its tasks and its keys, and how far they are used. */
export interface Limits {
  readonly policies: readonly LimitPolicy[]
  readonly usage: readonly {
    /** Name of its policy. */
    readonly policy: string
    readonly unit: 'requests_per_minute' | 'tokens_per_minute' | 'concurrent_runs'
    readonly most: number
    /** Below 0: more was used, which is paid off over time. */
    readonly left: number
    /** Seconds until nothing of it is used, if no more is. */
    readonly reset: number
  }[]
}

/** What a project, or one of its tasks, may spend. */
export interface BudgetPolicy {
  readonly name: string
  readonly applies_to: 'project' | 'task' | 'key'
  readonly target_id: string | null
  readonly credits: number
  /** Of UTC. */
  readonly per: 'day' | 'month'
  readonly mode: 'hard' | 'soft'
  /** Shares of it that are told of. */
  readonly thresholds: readonly number[]
}

/** The budgets of a project and its tasks, and what is spent of them; amounts are exact decimals. */
export interface Budgets {
  readonly budgets: readonly BudgetPolicy[]
  readonly usage: readonly {
    /** Its name. */
    readonly budget: string
    readonly begins: string
    readonly ends: string
    readonly spent: string
    /** What calls under way may cost. */
    readonly held: string
    readonly lost: string
    /** What would be spent at its end, if it went on as since it began. */
    readonly projected: string
    /** Thresholds that are passed. */
    readonly reached: readonly number[]
  }[]
}

/** What may be left out of a policy that is set. */
type New<Policy, Optional extends keyof Policy> = Omit<Policy, Optional> & Partial<Pick<Policy, Optional>>

export type NewLimitPolicy = New<LimitPolicy, 'applies_to' | 'target_id'>
export type NewBudgetPolicy = New<BudgetPolicy, 'applies_to' | 'target_id' | 'thresholds'>
