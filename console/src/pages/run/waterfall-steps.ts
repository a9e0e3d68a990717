import type { Attempt, Run } from '@splitrun/client'

/** One bar of a waterfall, in milliseconds from the run's creation. */
export interface Step {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly kind: 'wait' | 'limit' | 'call' | 'refused' | 'lost' | 'check'
  readonly words: string
}

/** Ends of an attempt in which the model was not at fault. */
const FINE = new Set(['succeeded', 'open', 'cancelled', 'expired'])

function kindOf({ outcome }: Attempt): Step['kind'] {
  if (outcome === 'lost') return 'lost'
  return FINE.has(outcome) ? 'call' : 'refused'
}

/**
 * Where the time of a run went: queued, its attempts, and what was checked after the last. What lies between attempts was
 * waiting, for a model's limit or before a retry.
 * @param now where a run that goes on has come to
 */
export function stepsOf(run: Run, now: number): { steps: readonly Step[]; total: number } {
  const start = Date.parse(run.created)
  const at = (time: string | null) => Math.max(0, (time === null ? now : Date.parse(time)) - start)
  const total = Math.max(1, at(run.settled))
  const calls = run.attempts.map((attempt): Step => {
    const { number, started, ended, outcome, model, code } = attempt
    const words = [model, outcome, code].filter(Boolean).join(' · ')
    return {
      name: `attempt ${number}`,
      from: at(started),
      to: Math.max(at(started), at(ended)),
      kind: kindOf(attempt),
      words,
    }
  })
  const first = calls[0]?.from ?? total
  const queued = Math.min(first, run.timings?.queued ?? first)
  const last = calls.at(-1)?.to
  const steps: Step[] = [{ name: 'queued', from: 0, to: queued, kind: 'wait', words: '' }]
  const limit = Math.min(first, queued + (run.timings?.waiting_on_limit ?? 0))
  if (limit - queued > 1)
    steps.push({ name: 'limit of the model', from: queued, to: limit, kind: 'limit', words: '' })
  if (first - limit > 1 && calls.length > 0) {
    steps.push({ name: 'made ready', from: limit, to: first, kind: 'check', words: '' })
  }
  steps.push(...calls)
  if (last !== undefined && run.done) {
    steps.push({
      name: 'read and checked',
      from: last,
      to: total,
      kind: 'check',
      words: run.output_check ?? '',
    })
  }
  return { steps, total }
}
