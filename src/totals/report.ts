import { z } from 'zod'
import {
  byPhase,
  cachedPart,
  count,
  counts,
  credits,
  possible,
  presentCredits,
  reasoningPart,
  reused,
  saved,
  scoreFields,
  scoresOf,
  timingFields,
  timingOf,
  usageFields,
  usageOf,
} from './report-figures.ts'
import type { RunSum } from './run-sum.ts'

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
