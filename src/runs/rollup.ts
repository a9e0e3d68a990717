import { DAY_MS, isoDay } from '../platform/date-span.ts'
import { bucketOf, CALL_SECONDS, SECONDS, TOKENS } from './histogram.ts'
import type { RunRequest, Timings } from './run.ts'
import type { TalliedCall, TalliedResult } from './tally.ts'

/**
 * What one settled run adds to some totals: whole numbers only, so sums are exact. With a `day`, as `20261124`, they are
 * that UTC day's and expire; without one they are kept for ever.
 */
export interface Rollup {
  readonly day: string | null
  /** Parts of what the numbers belong to, joined by `joinName`. */
  readonly name: string
  readonly increments: readonly (readonly [field: string, by: number])[]
}

/** Joins parts to one name; null stands where there is none. A part may hold any character. */
export function joinName(parts: readonly (string | null)[]): string {
  return parts.map(escapePart).join('/')
}

/** Ids and most names: encoding them would change nothing, and cost more than looking. */
const PLAIN = /^[\w.]+[\w.-]*$/

function escapePart(part: string | null): string {
  if (part === null) return '-'
  if (PLAIN.test(part)) return part
  return part === '-' ? '%2D' : encodeURIComponent(part.toWellFormed())
}

/** Reads what `joinName` wrote. */
export function splitName(name: string): (string | null)[] {
  return name.split('/').map((part) => (part === '-' ? null : decodeURIComponent(part)))
}

/** The UTC day of a time in ms, as `20261124`. */
export function rollupDay(ms: number): string {
  const number = Math.floor(ms / DAY_MS)
  if (number !== latestDay.number) latestDay = { number, text: isoDay(ms).replaceAll('-', '') }
  return latestDay.text
}

/** Nearly all runs end on the same day as the one before. */
let latestDay = { number: Number.NaN, text: '' }

/** The parts of a run's time that reports tell of: the names of `timings`. */
export const PHASES = ['queued', 'waiting_on_limit', 'model', 'validate', 'total'] as const
export type Phase = (typeof PHASES)[number]

/**
 * The fields of a time, by its name, which is one of few. The same texts each time: finding a sum by a new text is most
 * of what adding up would cost.
 */
const timeFields = new Map<string, { readonly sum: string; readonly buckets: readonly string[] }>()

function fieldsOf(name: string): { readonly sum: string; readonly buckets: readonly string[] } {
  let fields = timeFields.get(name)
  if (!fields) {
    const buckets = Array.from({ length: SECONDS.length + 1 }, (_, bucket) => `seconds:${name}:${bucket}`)
    fields = { sum: `us:${name}`, buckets }
    timeFields.set(name, fields)
  }
  return fields
}

class Increments {
  readonly all: [field: string, by: number][] = []

  add(field: string, by: number): void {
    if (by !== 0) this.all.push([field, by])
  }

  /** A time as its sum in microseconds, `us:<name>`, and a count in its bucket, `seconds:<name>:<bucket>`. */
  time(name: string, ms: number, bounds: readonly number[] = SECONDS): void {
    const { sum, buckets } = fieldsOf(name)
    this.add(sum, Math.round(ms * 1000))
    this.add(buckets[bucketOf(bounds, ms / 1000)] ?? sum, 1)
  }

  /** `runs:succeeded` or `runs:<status>:<reason>`, and `check:<output check>` where there was an output. */
  end({ status, error, outputCheck }: TalliedResult): void {
    this.add(error ? `runs:${status}:${error.reason}` : `runs:${status}`, 1)
    if (outputCheck) this.add(`check:${outputCheck}`, 1)
  }

  tokens(input: number, output: number): void {
    this.add('tokens:input', input)
    this.add('tokens:output', output)
  }
}

/**
 * A run's part in the reports, of `project/task/revision/group` on the day that it ended: its end, `tokens:...`,
 * `credits` (millionths), `retries`, `attempts:<outcome>`, and the time of each phase.
 */
export function reportRollup(
  name: string,
  result: TalliedResult,
  calls: readonly Pick<TalliedCall, 'outcome'>[],
): Rollup {
  const sums = new Increments()
  sums.end(result)
  sums.tokens(result.inputTokens, result.outputTokens)
  sums.add('credits', result.credits)
  sums.add('retries', result.retries)
  for (const { outcome } of calls) sums.add(`attempts:${outcome}`, 1)
  for (const phase of PHASES) sums.time(phase, result.timings[phase])
  return { day: rollupDay(result.settled), name, increments: sums.all }
}

/** The phases that metrics tell of: those of a run, and what of its time no model had. */
export const METRIC_PHASES = ['queued', 'waiting_on_limit', 'model', 'validate', 'overhead'] as const

const timeOf = (phase: (typeof METRIC_PHASES)[number], timings: Timings): number =>
  phase === 'overhead' ? Math.max(0, timings.total - timings.model) : timings[phase]

/**
 * A run's part in the metrics, of `project/task/revision`: its end, `drawn` when its revision was drawn by weight, the
 * time of each phase, and its whole time by `mode`.
 */
export function runRollup(
  name: string,
  mode: RunRequest['mode'],
  drawn: boolean,
  result: TalliedResult,
): Rollup {
  const sums = new Increments()
  sums.end(result)
  if (drawn) sums.add('drawn', 1)
  for (const phase of METRIC_PHASES) sums.time(phase, timeOf(phase, result.timings))
  sums.time(mode, result.timings.total)
  return { day: null, name, increments: sums.all }
}

/**
 * The part of a run's calls of one model in the metrics, of `project/task/revision/model`: `tokens:...`, `credits`,
 * `attempts:<outcome>`; of calls that came to an end their time, and of those that were answered
 * `size:input|output:<bucket>` in tokens.
 */
export function callRollup(name: string, calls: readonly TalliedCall[], credits: number): Rollup {
  const sums = new Increments()
  sums.add('credits', credits)
  for (const { outcome, started, ended, inputTokens, outputTokens } of calls) {
    sums.add(`attempts:${outcome}`, 1)
    sums.tokens(inputTokens, outputTokens)
    if (ended !== null) sums.time(outcome, ended - started, CALL_SECONDS)
    if (inputTokens + outputTokens === 0) continue
    sums.add(`size:input:${bucketOf(TOKENS, inputTokens)}`, 1)
    sums.add(`size:output:${bucketOf(TOKENS, outputTokens)}`, 1)
  }
  return { day: null, name, increments: sums.all }
}
