import { z } from 'zod'
import type { FinalStatus } from './delta.ts'
import { quantile, SECONDS } from './histogram.ts'
import { PHASES, type Phase } from './rollup.ts'
import type { RunSum } from './run-sum.ts'

const count = z.int().min(0)
const counts = z.record(z.string(), count)
/** An exact decimal string with two to six places. */
const credits = z.string().regex(/^\d+\.\d{2,6}$/)

const cachedPart = count.meta({ description: 'Part of the input tokens.' })
const reasoningPart = count.meta({ description: 'Part of the output tokens.' })
const possible = credits.meta({
  description: 'What calls whose answers are lost may have cost; not part of the credits.',
})

const reused = count.meta({ description: 'Runs that had the result of another run.' })
const saved = credits.meta({ description: 'What those other runs cost, once for each reuse.' })

const usageFields = {
  outcomes: z.object({ succeeded: count, failed: count, cancelled: count, expired: count }),
  reasons: counts.meta({ description: 'Runs that did not succeed, by the reason of their error.' }),
  output_checks: z.object({ valid: count, repaired: count, invalid: count }),
  attempts: counts.meta({ description: 'Model calls, by how they ended.' }),
  llm_retries: count,
}

function usageOf(sum: RunSum) {
  const outcomes: Record<FinalStatus, number> = { succeeded: 0, failed: 0, cancelled: 0, expired: 0 }
  const reasons: Record<string, number> = {}
  for (const [field, runs] of Object.entries(sum.group('runs'))) {
    const [status, reason] = field.split(':')
    outcomes[status as FinalStatus] += runs
    if (reason) reasons[reason] = (reasons[reason] ?? 0) + runs
  }
  const [valid, repaired, invalid] = [
    sum.of('check:valid'),
    sum.of('check:repaired'),
    sum.of('check:invalid'),
  ]
  return {
    outcomes,
    reasons,
    output_checks: { valid, repaired, invalid },
    attempts: sum.group('attempts'),
    llm_retries: sum.of('retries'),
  }
}

const milliseconds = z.number().min(0).nullable()
const timing = z.object({
  count,
  mean: milliseconds,
  p50: milliseconds,
  p90: milliseconds,
  p99: milliseconds,
})
type Timing = z.output<typeof timing>

const byPhase = <T>(make: (phase: Phase) => T): Record<Phase, T> =>
  Object.fromEntries(PHASES.map((phase) => [phase, make(phase)])) as Record<Phase, T>

const timingFields = {
  timings: z.object(byPhase(() => timing)).meta({
    description:
      "Milliseconds, as in a run's `timings`; percentiles are estimated from buckets. Null without runs.",
  }),
}

function timingOf(sum: RunSum, phase: Phase): Timing {
  const buckets = [...SECONDS, null].map((_, index) => sum.of(`seconds:${phase}:${index}`))
  const total = buckets.reduce((all, each) => all + each, 0)
  const at = (share: number): number | null => {
    const seconds = quantile(SECONDS, buckets, share)
    return seconds === null ? null : round(seconds * 1000)
  }
  const mean = total === 0 ? null : round(sum.of(`us:${phase}`) / total / 1000)
  return { count: total, mean, p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000

/** Millionths as an exact decimal string. */
export function presentCredits(millionths: number): string {
  const fraction = String(millionths % 1_000_000).padStart(6, '0')
  return `${Math.floor(millionths / 1_000_000)}.${fraction.replace(/0{1,4}$/, '')}`
}

const score = z.object({
  count: count.meta({ description: 'Runs of which something is said under this name.' }),
  values: counts.meta({
    description: 'Runs by what is said of them; numbers to the nearest of 21 levels of their range.',
  }),
  mean: z.number().nullable().meta({ description: 'Of numbers, as they are counted.' }),
})
const scoreFields = {
  scores: z.record(z.string(), score).meta({ description: 'What was said last, by the names of scores.' }),
}

function scoresOf(sum: RunSum): z.output<(typeof scoreFields)['scores']> {
  const found = new Map<string, [value: string, count: number][]>()
  for (const [field, runs] of Object.entries(sum.group('score'))) {
    const at = field.indexOf(':')
    const own = found.get(field.slice(0, at)) ?? []
    found.set(field.slice(0, at), own)
    if (runs > 0) own.push([decodeURIComponent(field.slice(at + 1)), runs])
  }
  return Object.fromEntries(
    [...found].map(([name, values]) => {
      const all = values.reduce((total, [, runs]) => total + runs, 0)
      const weighed = values.reduce((total, [value, runs]) => total + Number(value) * runs, 0)
      const mean = all > 0 && Number.isFinite(weighed) ? weighed / all : null
      return [name, { count: all, values: Object.fromEntries(values), mean }]
    }),
  )
}

/** One kind of report: its members for the runs of one row, and for all runs together. */
export interface ReportKind {
  readonly title: string
  readonly summary: string
  readonly rowSchema: z.ZodRawShape
  readonly wholeSchema: z.ZodRawShape
  /** Examples of the results of `row` and `whole`. */
  readonly rowExample: object
  readonly wholeExample: object
  row(sum: RunSum): Record<string, unknown>
  whole(sum: RunSum): Record<string, unknown>
}

const USAGE = {
  outcomes: { succeeded: 1, failed: 1, cancelled: 0, expired: 0 },
  reasons: { OUTPUT_INVALID: 1 },
  output_checks: { valid: 1, repaired: 0, invalid: 1 },
  attempts: { invalid: 2, succeeded: 1 },
  llm_retries: 1,
}
const SCORES = { helpful: { count: 2, values: { false: 1, true: 1 }, mean: null } }
const TIMINGS = byPhase(() => ({ count: 2, mean: 812.5, p50: 640, p90: 1152, p99: 1267.2 }))

const total_task_runs = count
const aggregation = z.literal('day')

/** The reports by their names in paths. Names and shapes are those of the public service where it has the same report. */
export const REPORTS = {
  token: {
    title: 'Token',
    summary: 'Tokens',
    rowExample: {
      ...{ input_tokens: 40, output_tokens: 22, total_tokens: 62 },
      ...{ cached_tokens: 16, reasoning_tokens: 8 },
    },
    wholeExample: {
      ...{ total_task_runs: 2, total_input_tokens: 40, total_output_tokens: 22, total_tokens: 62 },
      ...{ total_cached_tokens: 16, total_reasoning_tokens: 8 },
    },
    rowSchema: {
      ...{ input_tokens: count, output_tokens: count, total_tokens: count },
      ...{ cached_tokens: cachedPart, reasoning_tokens: reasoningPart },
    },
    wholeSchema: {
      total_task_runs,
      total_input_tokens: count,
      total_output_tokens: count,
      total_tokens: count,
      total_cached_tokens: cachedPart,
      total_reasoning_tokens: reasoningPart,
    },
    row: (sum) => {
      const [input, output] = [sum.of('tokens:input'), sum.of('tokens:output')]
      return {
        ...{ input_tokens: input, output_tokens: output, total_tokens: input + output },
        ...{ cached_tokens: sum.of('part:cached'), reasoning_tokens: sum.of('part:reasoning') },
      }
    },
    whole: (sum) => {
      const [input, output] = [sum.of('tokens:input'), sum.of('tokens:output')]
      return {
        total_task_runs: sum.runs(),
        total_input_tokens: input,
        total_output_tokens: output,
        total_tokens: input + output,
        total_cached_tokens: sum.of('part:cached'),
        total_reasoning_tokens: sum.of('part:reasoning'),
      }
    },
  },
  usage: {
    title: 'Usage',
    rowExample: { counts: { '2026-11-20': 2 }, ...USAGE },
    wholeExample: { aggregation: 'day', total_task_runs: 2, total_counts: { '2026-11-20': 2 }, ...USAGE },
    summary: 'Runs by outcome, and by UTC day',
    rowSchema: { counts, ...usageFields },
    wholeSchema: { aggregation, total_task_runs, total_counts: counts, ...usageFields },
    row: (sum) => ({ counts: sum.runsByDay(), ...usageOf(sum) }),
    whole: (sum) => ({
      aggregation: 'day',
      total_task_runs: sum.runs(),
      total_counts: sum.runsByDay(),
      ...usageOf(sum),
    }),
  },
  timing: {
    title: 'Timing',
    rowExample: { timings: TIMINGS },
    wholeExample: { aggregation: 'day', total_task_runs: { '2026-11-20': 2 }, timings: TIMINGS },
    summary: 'Times by phase: mean and percentiles',
    rowSchema: timingFields,
    // In the public service, only this report counts the runs by interval.
    wholeSchema: { aggregation, total_task_runs: counts, ...timingFields },
    row: (sum) => ({ timings: byPhase((phase) => timingOf(sum, phase)) }),
    whole: (sum) => ({
      aggregation: 'day',
      total_task_runs: sum.runsByDay(),
      timings: byPhase((phase) => timingOf(sum, phase)),
    }),
  },
  credit: {
    title: 'Credit',
    rowExample: { credits: '0.0042', possible_credits: '0.00', reused_runs: 1, saved_credits: '0.0042' },
    wholeExample: {
      ...{ total_task_runs: 2, total_credits: '0.0042', total_possible_credits: '0.00' },
      ...{ total_reused_runs: 1, total_saved_credits: '0.0042' },
    },
    summary: 'Credits charged',
    rowSchema: { credits, possible_credits: possible, reused_runs: reused, saved_credits: saved },
    wholeSchema: {
      ...{ total_task_runs, total_credits: credits, total_possible_credits: possible },
      ...{ total_reused_runs: reused, total_saved_credits: saved },
    },
    row: (sum) => ({
      credits: presentCredits(sum.of('credits')),
      possible_credits: presentCredits(sum.of('possible')),
      reused_runs: sum.of('reuse:hit'),
      saved_credits: presentCredits(sum.of('saved')),
    }),
    whole: (sum) => ({
      total_task_runs: sum.runs(),
      total_credits: presentCredits(sum.of('credits')),
      total_possible_credits: presentCredits(sum.of('possible')),
      total_reused_runs: sum.of('reuse:hit'),
      total_saved_credits: presentCredits(sum.of('saved')),
    }),
  },
  feedback: {
    title: 'Feedback',
    rowExample: { scores: SCORES },
    wholeExample: { total_task_runs: 2, scores: SCORES },
    summary: 'What was said of runs last, by scores',
    rowSchema: scoreFields,
    wholeSchema: { total_task_runs, ...scoreFields },
    row: (sum) => ({ scores: scoresOf(sum) }),
    whole: (sum) => ({ total_task_runs: sum.runs(), scores: scoresOf(sum) }),
  },
} as const satisfies Record<string, ReportKind>

export type ReportName = keyof typeof REPORTS
