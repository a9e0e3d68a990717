import { z } from 'zod'
import type { FinalStatus } from './delta.ts'
import { quantile, SECONDS } from './histogram.ts'
import { PHASES, type Phase } from './rollup.ts'
import type { RunSum } from './run-sum.ts'

export const count = z.int().min(0)
export const counts = z.record(z.string(), count)
/** An exact decimal string with two to six places. */
export const credits = z.string().regex(/^\d+\.\d{2,6}$/)

export const cachedPart = count.meta({ description: 'Part of the input tokens.' })
export const reasoningPart = count.meta({ description: 'Part of the output tokens.' })
export const possible = credits.meta({
  description: 'What calls whose answers are lost may have cost; not part of the credits.',
})

export const reused = count.meta({ description: 'Runs that had the result of another run.' })
export const saved = credits.meta({ description: 'What those other runs cost, once for each reuse.' })

export const usageFields = {
  outcomes: z.object({ succeeded: count, failed: count, cancelled: count, expired: count }),
  reasons: counts.meta({ description: 'Runs that did not succeed, by the reason of their error.' }),
  output_checks: z.object({ valid: count, repaired: count, invalid: count }),
  attempts: counts.meta({ description: 'Model calls, by how they ended.' }),
  llm_retries: count,
}

export function usageOf(sum: RunSum) {
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

export const byPhase = <T>(make: (phase: Phase) => T): Record<Phase, T> =>
  Object.fromEntries(PHASES.map((phase) => [phase, make(phase)])) as Record<Phase, T>

export const timingFields = {
  timings: z.object(byPhase(() => timing)).meta({
    description:
      "Milliseconds, as in a run's `timings`; percentiles are estimated from buckets. Null without runs.",
  }),
}

export function timingOf(sum: RunSum, phase: Phase): Timing {
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
export const scoreFields = {
  scores: z.record(z.string(), score).meta({ description: 'What was said last, by the names of scores.' }),
}

export function scoresOf(sum: RunSum): z.output<(typeof scoreFields)['scores']> {
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
