import type { DroppedShadows } from './shadow.ts'

type Interval = readonly [number, number]

/** One metric of a revision, beside the baseline's. */
export interface ComparedMetric {
  readonly n: number
  /**
   * A rate, or what is typical: seconds, credits, tokens. Of a number that is a score where in its range it is; of other scores
   * how often they have a good value.
   */
  readonly estimate: number | null
  readonly interval: Interval
  /** In `unit`: a difference, or a ratio. */
  readonly difference: number | null
  /** Holds the true difference at all times, with the probability that `alpha` leaves to this metric. */
  readonly difference_interval: Interval
  readonly unit: 'points' | 'ratio'
  readonly evidence: number
  readonly tolerance: number
  readonly detectable: number
  readonly method: 'betting' | 'betting_by_key'
  readonly verdict: 'better' | 'worse' | 'no_difference' | 'undecided'
  readonly why: 'sample_ratio' | 'too_few_keys' | 'runs' | null
}

export interface ComparedRevision {
  /** What the summary calls it; the baseline is A. */
  readonly name: string
  readonly task_revision_id: string
  readonly runs: number
  readonly share: number
  readonly metrics: Readonly<Record<string, ComparedMetric>>
}

export type PairedMetric = Omit<ComparedMetric, 'estimate' | 'interval' | 'method'>

export interface ComparedShadow {
  readonly name: string
  readonly task_revision_id: string
  readonly pairs: number
  readonly dropped: DroppedShadows
  readonly metrics: Readonly<Record<string, PairedMetric>>
}

/** Which of a task's revisions is better, with verdicts that hold however often one looks. */
export interface Comparison {
  readonly baseline: string
  readonly since: string
  readonly splits: number
  readonly alpha: number
  readonly unit: 'run' | 'key'
  readonly primary: string
  readonly sample_ratio: {
    readonly alarm: boolean
    readonly evidence: number
    readonly feedback_alarm: boolean
  }
  readonly excluded: {
    readonly pinned: number
    readonly fallback_asked: number
    readonly shadow: number
    /** Runs of a task that reuses results, where another run had asked the same. */
    readonly repeated: number
  }
  readonly left_out: number
  readonly revisions: readonly ComparedRevision[]
  /** What shadows did beside runs of the baseline, with the same inputs. */
  readonly pairs: readonly ComparedShadow[]
  readonly summary: string
}

export interface ComparisonQuery {
  /** The revision with the largest share where it is absent. */
  readonly baseline?: string | undefined
  /** As in reports: `2026-01-15`, an instant, `yesterday`, `7 days ago`. */
  readonly since?: string | undefined
  /** `failed` where it is absent. */
  readonly primary?: string | undefined
  readonly alpha?: number | undefined
}
