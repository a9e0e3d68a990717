/** How long each part of a run took, in ms; the names of `timings` on the wire. `waiting_on_limit` holds pauses between attempts. */
export interface Timings {
  readonly queued: number
  readonly waiting_on_limit: number
  readonly model: number
  readonly validate: number
  readonly total: number
}

export type FinalStatus = 'succeeded' | 'failed' | 'cancelled' | 'expired'

/** Of a model call, what totals are made of. Times in ms since the epoch. */
export interface CountedCall {
  readonly model: string | null
  readonly outcome: string
  readonly started: number
  readonly ended: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** Millionths of a currency unit. */
  readonly credits: number
}

/** Of a result the same: nothing of what was asked and answered. */
export interface CountedResult {
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

/** Whether the caller of a run waited for it when it was created. */
export type RunMode = 'wait' | 'async'

/**
 * What a run adds to the totals, put down in the step that settles it. The run counts from then on: that its numbers
 * are added to the totals later, those of many runs at once, is nobody's to see, since the deltas are merged before anybody reads.
 */
export interface Delta {
  readonly run: string
  readonly project: string
  readonly task: string
  readonly revision: string | null
  /** The reporting group that it counts under. */
  readonly group: string | null
  /** Project, task and revision as metrics show them. */
  readonly shown: readonly (string | null)[]
  /** True when its revision was drawn by weight. */
  readonly drawn: boolean
  readonly mode: RunMode
  readonly result: CountedResult
  readonly calls: readonly CountedCall[]
}

/** A delta as it is stored: the names that it is shown under only where those are not its own. */
export function deltaToText(delta: Delta): string {
  const { project, task, revision, shown } = delta
  const own = shown[0] === project && shown[1] === task && shown[2] === revision
  return JSON.stringify(own ? { ...delta, shown: undefined } : delta)
}

export function textToDelta(text: string): Delta {
  const stored = JSON.parse(text) as Delta
  return { ...stored, shown: stored.shown ?? [stored.project, stored.task, stored.revision] }
}
