import { readJson } from '../platform/json/read-json.ts'

/**
 * How long each part of a run took, in ms; named as in `timings` on the wire. `waiting_on_limit`: pauses between
 * attempts. `inputs`: input processors and files were at work; absent where there were none.
 */
export interface Timings {
  readonly queued: number
  readonly waiting_on_limit: number
  readonly inputs?: number | undefined
  readonly model: number
  readonly validate: number
  readonly total: number
}

export type FinalStatus = 'succeeded' | 'failed' | 'cancelled' | 'expired'

/** Parts of tokens, and what answers that are lost may have cost, in millionths. Absent: 0, as of nearly all. */
export interface CountedParts {
  /** Parts of the input. */
  readonly cachedTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  /** Part of the output. */
  readonly reasoningTokens?: number | undefined
  readonly possibleCredits?: number | undefined
}

/** The part of a model call that totals need. Times in ms since the epoch. */
export interface CountedCall extends CountedParts {
  readonly model: string | null
  readonly outcome: string
  readonly started: number
  readonly ended: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** Millionths of a currency unit. */
  readonly credits: number
}

/** The part of a result that totals need: no inputs, no response. */
export interface CountedResult extends Omit<CountedParts, 'cacheWriteTokens'> {
  readonly status: FinalStatus
  /** When the run ended, ms since the epoch. */
  readonly settled: number
  readonly outputCheck: 'valid' | 'repaired' | 'invalid' | null
  readonly inputTokens: number
  readonly outputTokens: number
  readonly credits: number
  readonly retries: number
  readonly timings: Timings
  readonly error: { readonly reason: string } | null
}

/** `wait`: the caller waited for the run when it was created. */
export type RunMode = 'wait' | 'async'

/**
 * What a run adds to the totals. The script that settles the run stores it, and the run counts from then on: deltas are
 * merged into the totals later, many at once, but always before totals are read.
 */
export interface Delta {
  readonly run: string
  readonly project: string
  readonly task: string
  readonly revision: string | null
  /** The reporting group that the run is counted under. */
  readonly group: string | null
  /** Project, task and revision that the run is counted under in the metrics. */
  readonly shown: readonly (string | null)[]
  /** True when the revision of the run was drawn by weight. */
  readonly drawn: boolean
  /** Number of the version of the weights that its revision was drawn by, and the bucket of the caller's key. */
  readonly split?: number | undefined
  readonly bucket?: number | undefined
  /** There when the caller asked for the fallback model, so that the run says nothing of its revision. */
  readonly fallbackAsked?: true | undefined
  /** Whether it had the result of another run, and what that one cost, in millionths; absent: it reuses none. */
  readonly reuse?: 'hit' | 'miss' | undefined
  readonly savedCredits?: number | undefined
  /** There where another run was about the same before, or it has the result of one: comparisons leave it out. */
  readonly repeated?: true | undefined
  /** Id of the token that the run is counted under, too; there when that has budgets of its own. */
  readonly payer?: string | undefined
  readonly mode: RunMode
  readonly result: CountedResult
  readonly calls: readonly CountedCall[]
}

/**
 * What feedback on a run adds to the totals: what is said first under a name to the metrics, and for a drawn run to the
 * comparison of revisions; what is said last to reports, where it replaces what was said before. Stored as deltas of runs
 * are, by the script that stores the feedback.
 */
export interface FeedbackDelta {
  /** No two deltas are the same, also when the same is said again and again. */
  readonly id: string
  readonly run: string
  readonly project: string
  readonly task: string
  readonly revision: string | null
  /** Null for a run that comparisons leave out. */
  readonly split: number | null
  readonly bucket: number | null
  /** The reporting group that the run is counted under. */
  readonly group: string | null
  /** True when its revision has series of its own in the metrics. */
  readonly hasSeries: boolean
  /** When the run ended, ms since the epoch: reports count feedback on the day of its run. */
  readonly settled: number
  /** When it was given, ms since the epoch. */
  readonly given: number
  /** True for the first feedback on the run at all. */
  readonly isFirst: boolean
  /**
   * The level of each score that is said first, how good that is, in millionths, and what comparisons count it under; absent
   * in deltas of before that: its name.
   */
  readonly levels: readonly (readonly [name: string, level: number, good: number, counted?: string])[]
  /** 1 for what is said last, -1 for what was said before; by the text that reports count it under. */
  readonly latest: readonly (readonly [name: string, text: string, by: 1 | -1])[]
}

/** Metrics that a run and its shadow run are compared by, as a difference: that of the shadow less that of the run. */
export const PAIRED = ['failed', 'invalid', 'latency', 'cost', 'tokens'] as const
export type PairedMetric = (typeof PAIRED)[number]

/** Why a shadow run was not made, or says nothing of its revision. */
export const DROPPED = [
  ...(['full', 'late', 'stopped', 'cancelled', 'budget', 'limit', 'lost', 'unusable'] as const),
] as const
export type Dropped = (typeof DROPPED)[number]

/** What a shadow run adds to the totals: nothing to reports, and to nobody's credits. */
export interface ShadowDelta {
  /** No two deltas are the same. */
  readonly id: string
  readonly project: string
  readonly task: string
  /** The revision that the caller got, and the one that ran beside it. */
  readonly revision: string
  readonly shadow: string
  /** True when the shadow's revision has series of its own in the metrics. */
  readonly hasSeries: boolean
  /** When it ended, ms since the epoch. */
  readonly ended: number
  /** What it cost, in millionths. */
  readonly credits: number
  /** Null for a pair. */
  readonly dropped: Dropped | null
  /** Of a pair: differences of 0 and 1, or of the indexes of buckets. */
  readonly differences: Readonly<Record<PairedMetric, number>> | null
}

/** A delta as it is stored: `shown` is left out when it equals the run's own project, task and revision. */
export function deltaToText(delta: Delta): string {
  const { project, task, revision, shown } = delta
  const own = shown[0] === project && shown[1] === task && shown[2] === revision
  return JSON.stringify(own ? { ...delta, shown: undefined } : delta)
}

export type AnyDelta = Delta | FeedbackDelta | ShadowDelta

export function textToDelta(text: string): AnyDelta {
  const stored = readJson(text) as FeedbackDelta | ShadowDelta | (Delta & { shown?: Delta['shown'] })
  if ('levels' in stored || 'shadow' in stored) return stored
  // It is ours alone, and a copy of it would take as long as a good part of reading it.
  stored.shown ??= [stored.project, stored.task, stored.revision]
  return stored
}
