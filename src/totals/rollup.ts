import { DAY_MS, isoDay } from '../platform/date-span.ts'
import type { CountedCall, CountedResult, RunMode, Timings } from './delta.ts'
import { bucketOf, CALL_SECONDS, SECONDS, TOKENS } from './histogram.ts'

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
 * Names of fields that begin with `prefix`. The same texts each time: finding a sum by a new text is most of what adding
 * up would cost. Only for endings of which there are few.
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

/** Some totals: whole numbers by field, so sums are exact. */
export class FieldSums {
  readonly #fields = new Map<string, { by: number }>()

  add(field: string, by: number): void {
    if (by === 0) return
    const known = this.#fields.get(field)
    if (known) known.by += by
    else this.#fields.set(field, { by })
  }

  /** A time as its sum in microseconds, `us:<name>`, and a count in its bucket, `seconds:<name>:<bucket>`. */
  time(name: string, ms: number, bounds: readonly number[] = SECONDS): void {
    this.add(TIMES(name), Math.round(ms * 1000))
    this.add(bucketsOf(name)(bucketOf(bounds, ms / 1000)), 1)
  }

  /** `runs:succeeded` or `runs:<status>:<reason>`, and `check:<output check>` where there was an output. */
  end({ status, error, outputCheck }: CountedResult): void {
    this.add(ENDS(error ? `${status}:${error.reason}` : status), 1)
    if (outputCheck) this.add(CHECKS(outputCheck), 1)
  }

  tokens(input: number, output: number): void {
    this.add('tokens:input', input)
    this.add('tokens:output', output)
  }

  all(): [field: string, sum: number][] {
    return [...this.#fields].map(([field, { by }]) => [field, by])
  }
}

/**
 * Adds a run's part in the reports, of `project/task/revision/group` on the day that it ended: its end, `tokens:...`,
 * `credits` (millionths), `retries`, `attempts:<outcome>`, and the time of each phase.
 */
export function addToReport(
  sums: FieldSums,
  result: CountedResult,
  calls: readonly Pick<CountedCall, 'outcome'>[],
): void {
  sums.end(result)
  sums.tokens(result.inputTokens, result.outputTokens)
  sums.add('credits', result.credits)
  sums.add('retries', result.retries)
  for (const { outcome } of calls) sums.add(ATTEMPTS(outcome), 1)
  for (const phase of PHASES) sums.time(phase, result.timings[phase])
}

/** The phases that metrics tell of: those of a run, and what of its time no model had. */
export const METRIC_PHASES = ['queued', 'waiting_on_limit', 'model', 'validate', 'overhead'] as const

const timeOf = (phase: (typeof METRIC_PHASES)[number], timings: Timings): number =>
  phase === 'overhead' ? Math.max(0, timings.total - timings.model) : timings[phase]

/**
 * Adds a run's part in the metrics, of `project/task/revision`: its end, `drawn` when its revision was drawn by weight,
 * the time of each phase, and its whole time by `mode`.
 */
export function addToRunMetrics(sums: FieldSums, mode: RunMode, drawn: boolean, result: CountedResult): void {
  sums.end(result)
  if (drawn) sums.add('drawn', 1)
  for (const phase of METRIC_PHASES) sums.time(phase, timeOf(phase, result.timings))
  sums.time(mode, result.timings.total)
}

/**
 * Adds the part of a run's calls of one model in the metrics, of `project/task/revision/model`: `tokens:...`, `credits`,
 * `attempts:<outcome>`; of calls that came to an end their time, and of those that were answered
 * `size:input|output:<bucket>` in tokens.
 */
export function addToCallMetrics(sums: FieldSums, calls: readonly CountedCall[]): void {
  for (const { outcome, started, ended, inputTokens, outputTokens, credits } of calls) {
    // Not a sum of tokens at a price: that would round the run once, where the ledger rounds each call.
    sums.add('credits', credits)
    sums.add(ATTEMPTS(outcome), 1)
    sums.tokens(inputTokens, outputTokens)
    if (ended !== null) sums.time(outcome, ended - started, CALL_SECONDS)
    if (inputTokens + outputTokens === 0) continue
    sums.add(INPUT_SIZES(bucketOf(TOKENS, inputTokens)), 1)
    sums.add(OUTPUT_SIZES(bucketOf(TOKENS, outputTokens)), 1)
  }
}
