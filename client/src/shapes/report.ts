type Counts = Readonly<Record<string, number>>

/** A report: what each row and the whole say of themselves, beside what every report says. */
export type Report<Row, Whole> = Whole & {
  readonly project_id: string
  /** Null in a report on a project. */
  readonly task_id: string | null
  /** From the begin of the first UTC day to the end of the last, which is not included. */
  readonly date_range: { readonly start: string; readonly end: string }
  readonly reporting_group: string | null
  /** Only with `show_days`: the UTC days on which runs ended, in order. */
  readonly days?: readonly ({ readonly day: string; readonly task_runs: number } & Row)[] | undefined
  /** The newest revision first. */
  readonly task_revisions: readonly (ReportRow & Row)[]
}

export interface ReportRow {
  readonly task_id: string
  /** Null: ended before a revision was drawn. */
  readonly task_revision_id: string | null
  /** Only with `show_reporting_group`. */
  readonly reporting_group?: string | null | undefined
  readonly task_runs: number
}

export interface TokenFigures {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly total_tokens: number
  /** Part of the input tokens. */
  readonly cached_tokens: number
  /** Part of the output tokens. */
  readonly reasoning_tokens: number
}
export interface TokenTotals {
  readonly total_task_runs: number
  readonly total_input_tokens: number
  readonly total_output_tokens: number
  readonly total_tokens: number
  readonly total_cached_tokens: number
  readonly total_reasoning_tokens: number
}

interface Outcomes {
  readonly outcomes: {
    readonly succeeded: number
    readonly failed: number
    readonly cancelled: number
    readonly expired: number
  }
  readonly reasons: Counts
  readonly output_checks: { readonly valid: number; readonly repaired: number; readonly invalid: number }
  readonly attempts: Counts
  readonly llm_retries: number
}
export interface UsageFigures extends Outcomes {
  /** By UTC day. */
  readonly counts: Counts
}
export interface UsageTotals extends Outcomes {
  readonly aggregation: 'day'
  readonly total_task_runs: number
  readonly total_counts: Counts
}

/** Milliseconds; null without runs. */
export interface TimingFigure {
  readonly count: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}
export interface TimingFigures {
  readonly timings: {
    readonly queued: TimingFigure
    readonly waiting_on_limit: TimingFigure
    readonly inputs: TimingFigure
    readonly model: TimingFigure
    readonly validate: TimingFigure
    readonly total: TimingFigure
  }
}
export interface TimingTotals extends TimingFigures {
  readonly aggregation: 'day'
  /** By UTC day. */
  readonly total_task_runs: Counts
}

export interface CreditFigures {
  /** An exact decimal. */
  readonly credits: string
  /** What calls whose answers are lost may have cost; not part of the credits. */
  readonly possible_credits: string
  /** Runs that had the result of another run, and what those other runs cost. */
  readonly reused_runs: number
  readonly saved_credits: string
}
export interface CreditTotals {
  readonly total_task_runs: number
  readonly total_credits: string
  readonly total_possible_credits: string
  readonly total_reused_runs: number
  readonly total_saved_credits: string
}

/** What a report is on. Dates: `2026-01-15`, `today`, `7 days ago`, `last month`, an instant. */
export interface ReportQuery {
  readonly start_date?: string | undefined
  readonly end_date?: string | undefined
  /** Only runs of this group. */
  readonly reporting_group?: string | undefined
  /** One row per revision and group, instead of one per revision. */
  readonly show_reporting_group?: boolean | undefined
  /** Also one row per day, in `days`. */
  readonly show_days?: boolean | undefined
}

/** What was said under one score. */
export interface ScoreCounts {
  readonly count: number
  /** Runs by what is said of them; numbers to the nearest of 21 levels of their range. */
  readonly values: Readonly<Record<string, number>>
  /** Of numbers. */
  readonly mean: number | null
}

export interface FeedbackFigures {
  readonly scores: Readonly<Record<string, ScoreCounts>>
}

export interface FeedbackTotals extends FeedbackFigures {
  readonly total_task_runs: number
}
