import { elapsed } from '../platform/clock.ts'
import { DAY_MS, isoDay } from '../platform/date-span.ts'
import type { CountedCall, CountedParts, CountedResult, RunMode, Timings } from './delta.ts'
import { bucketOf, CALL_SECONDS, SECONDS, TOKENS } from './histogram.ts'

/** Joins parts to one name. A part may be null, and may have any character. */
export function joinName(parts: readonly (string | null)[]): string {
  return parts.map(escapePart).join('/')
}

/** Ids and most names match this. Encoding would not change them, and costs more than this test. */
const PLAIN = /^[\w.]+[\w.-]*$/

function escapePart(part: string | null): string {
  if (part === null) return '-'
  if (PLAIN.test(part)) return part
  return part === '-' ? '%2D' : encodeURIComponent(part.toWellFormed())
}

/** The parts of a name that `joinName` made. */
export function splitName(name: string): (string | null)[] {
  return name.split('/').map((part) => (part === '-' ? null : decodeURIComponent(part)))
}

/** The UTC day of a time in ms, as `20261124`. */
export function rollupDay(ms: number): string {
  const number = Math.floor(ms / DAY_MS)
  if (number !== latestDay.number) latestDay = { number, text: isoDay(ms).replaceAll('-', '') }
  return latestDay.text
}

/** Caches of one day and one hour: nearly all runs end within the same as the run before. */
let latestDay = { number: Number.NaN, text: '' }

/** The UTC hour of a time in ms, as `2026112409`. */
export function rollupHour(ms: number): string {
  const number = Math.floor(ms / HOUR_MS)
  if (number !== latestHour.number) {
    const hour = String(Math.floor((ms % DAY_MS) / HOUR_MS)).padStart(2, '0')
    latestHour = { number, text: rollupDay(ms) + hour }
  }
  return latestHour.text
}

let latestHour = { number: Number.NaN, text: '' }

const HOUR_MS = 3_600_000

/**
 * When sums are of: a UTC day (`20261124`), for reports on a project (`day`) and budgets of its keys (`key-day`), or an
 * hour (`2026112409`), for comparisons of one task's revisions. Null: for ever.
 */
export type Period = { readonly kind: 'day' | 'key-day' | 'hour'; readonly text: string } | null

/** Returns the sums for a name, as `joinName` makes it, and a period. */
export type SumsOf = (name: string, period: Period) => FieldSums

/** The phases of a run in reports, named as in `timings`. */
export const PHASES = ['queued', 'waiting_on_limit', 'inputs', 'model', 'validate', 'total'] as const
export type Phase = (typeof PHASES)[number]

/**
 * Makes field names that begin with `prefix`, and returns the same string for the same ending each time: looking up a sum
 * by a new string would be most of the cost of adding. Only for a small number of endings, since all are kept.
 */
function fieldNames<Ending extends string | number>(prefix: string): (ending: Ending) => string {
  const known = new Map<Ending, string>()
  return (ending) => {
    const name = known.get(ending) ?? `${prefix}${ending}`
    known.set(ending, name)
    return name
  }
}

const ENDS = fieldNames<string>('runs:')
const CHECKS = fieldNames<string>('check:')
const ATTEMPTS = fieldNames<string>('attempts:')
const INPUT_SIZES = fieldNames<number>('size:input:')
const OUTPUT_SIZES = fieldNames<number>('size:output:')
const TIMES = fieldNames<string>('us:')
const buckets = new Map<string, (bucket: number) => string>()

function bucketsOf(time: string): (bucket: number) => string {
  const known = buckets.get(time) ?? fieldNames<number>(`seconds:${time}:`)
  buckets.set(time, known)
  return known
}

/** Sums by field. All are whole numbers, so they are exact. */
export class FieldSums {
  readonly #fields = new Map<string, { by: number }>()

  add(field: string, by: number): void {
    if (by === 0) return
    const known = this.#fields.get(field)
    if (known) known.by += by
    else this.#fields.set(field, { by })
  }

  /** Adds a time: to the sum in microseconds, `us:<name>`, and to the count of its bucket, `seconds:<name>:<bucket>`. */
  time(name: string, ms: number, bounds: readonly number[] = SECONDS): void {
    this.add(TIMES(name), Math.round(ms * 1000))
    this.add(bucketsOf(name)(bucketOf(bounds, ms / 1000)), 1)
  }

  /** Counts the end of a run: `runs:succeeded` or `runs:<status>:<reason>`, and `check:<output check>` for an output. */
  end({ status, error, outputCheck }: CountedResult): void {
    this.add(ENDS(error ? `${status}:${error.reason}` : status), 1)
    if (outputCheck) this.add(CHECKS(outputCheck), 1)
  }

  tokens(input: number, output: number): void {
    this.add('tokens:input', input)
    this.add('tokens:output', output)
  }

  /** Adds parts of tokens, `part:cached`, `part:cache_write` and `part:reasoning`, and `possible` credits. */
  parts({
    cachedTokens = 0,
    cacheWriteTokens = 0,
    reasoningTokens = 0,
    possibleCredits = 0,
  }: CountedParts): void {
    this.add('part:cached', cachedTokens)
    this.add('part:cache_write', cacheWriteTokens)
    this.add('part:reasoning', reasoningTokens)
    this.add('possible', possibleCredits)
  }

  all(): [field: string, sum: number][] {
    return [...this.#fields].map(([field, { by }]) => [field, by])
  }
}

/**
 * Adds a run to the reports' sums of `project/task/revision/group` on the day that it ended: its end, `tokens:...`,
 * `credits` (millionths), `retries`, `attempts:<outcome>`, and the time of each phase.
 */
export function addToReport(
  sums: FieldSums,
  result: CountedResult,
  calls: readonly Pick<CountedCall, 'outcome'>[],
): void {
  sums.end(result)
  sums.tokens(result.inputTokens, result.outputTokens)
  sums.parts(result)
  sums.add('credits', result.credits)
  sums.add('retries', result.retries)
  for (const { outcome } of calls) sums.add(ATTEMPTS(outcome), 1)
  for (const phase of PHASES) addPhase(sums, phase, result.timings[phase])
}

/** What most runs do not have costs them no sums. */
function addPhase(sums: FieldSums, phase: string, ms: number | undefined): void {
  if (ms !== undefined) sums.time(phase, ms)
}

/** The phases of a run in the metrics. `overhead` is its time without that of the model. */
export const METRIC_PHASES = [
  'queued',
  'waiting_on_limit',
  'inputs',
  'model',
  'validate',
  'overhead',
] as const

const timeOf = (phase: (typeof METRIC_PHASES)[number], timings: Timings): number | undefined =>
  phase === 'overhead' ? Math.max(0, timings.total - timings.model) : timings[phase]

/**
 * Adds a run to the metrics' sums of `project/task/revision`: its end, `drawn` when its revision was drawn by weight, the
 * time of each phase, and its whole time by `mode`.
 */
export function addToRunMetrics(sums: FieldSums, mode: RunMode, drawn: boolean, result: CountedResult): void {
  sums.end(result)
  if (drawn) sums.add('drawn', 1)
  for (const phase of METRIC_PHASES) addPhase(sums, phase, timeOf(phase, result.timings))
  sums.time(mode, result.timings.total)
}

/**
 * Adds a call of a model to the metrics' sums of `project/task/revision/model`: `tokens:...`, `credits`,
 * `attempts:<outcome>`; when it ended also its time, and with tokens `size:input|output:<bucket>`.
 */
export function addToCallMetrics(sums: FieldSums, call: CountedCall): void {
  const { outcome, started, ended, inputTokens, outputTokens, credits } = call
  // The credits of each call, which are rounded. The price of all tokens together would be rounded once, and differ.
  sums.add('credits', credits)
  sums.add(ATTEMPTS(outcome), 1)
  sums.tokens(inputTokens, outputTokens)
  sums.parts(call)
  if (ended !== null) sums.time(outcome, elapsed(started, ended), CALL_SECONDS)
  if (inputTokens + outputTokens === 0) return
  sums.add(INPUT_SIZES(bucketOf(TOKENS, inputTokens)), 1)
  sums.add(OUTPUT_SIZES(bucketOf(TOKENS, outputTokens)), 1)
}
