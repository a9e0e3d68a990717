import type { Run, RunEvent, RunStatus } from '@splitrun/client'

/** How far the run of a column is. */
export interface Progress {
  /** Null before the server has it. */
  readonly run: string | null
  readonly status: RunStatus | 'preparing'
  readonly model: string | null
  /** What there is of the answer: a text, or what the object has so far; undefined before. */
  readonly answer: unknown
  /** Why an earlier answer was given up. */
  readonly again: string | null
  /** The run once it has ended. */
  readonly ended: Run | null
  /** Why there is no answer. */
  readonly error: unknown
}

export const BEFORE: Progress = {
  ...{
    run: null,
    status: 'preparing',
    model: null,
    answer: undefined,
    again: null,
    ended: null,
    error: null,
  },
}

const AGAIN = {
  retry: 'the call failed, and is made again',
  repair: 'the answer did not fit, and is asked for again',
  fallback: 'the fallback model is asked',
  lost: 'the worker was lost; another one goes on',
} as const

/** What is known after another event. */
export function nextProgress(before: Progress, event: RunEvent<unknown, 'text' | 'fields'>): Progress {
  switch (event.type) {
    case 'run.status':
      return { ...before, status: event.status, model: event.model ?? before.model }
    case 'output.reset':
      return { ...before, answer: undefined, again: AGAIN[event.reason] ?? event.reason }
    case 'output.delta': {
      const { answer } = before
      const next =
        'text' in event
          ? (typeof answer === 'string' ? answer : '') + event.text
          : applyDelta(answer ?? {}, stepsOf(event.path), event)
      return { ...before, answer: next }
    }
    case 'run.succeeded':
      return {
        ...before,
        status: 'succeeded',
        answer: event.output,
        model: event.run.model,
        ended: event.run,
      }
    default:
      return { ...before, status: event.run.status, ended: event.run, error: event.error }
  }
}

/** The steps of a JSON pointer (RFC 6901). */
const stepsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

type Change = { readonly append?: string | undefined; readonly set?: unknown }

/** A value with a change at a place: what lies on the way there is new, all else is the same. */
function applyDelta(value: unknown, [step, ...rest]: string[], change: Change): unknown {
  if (step === undefined) {
    if (change.append === undefined) return change.set
    return (typeof value === 'string' ? value : '') + change.append
  }
  if (Array.isArray(value)) {
    return value.toSpliced(Number(step), 1, applyDelta(value[Number(step)], rest, change))
  }
  const members = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const inner = Object.hasOwn(members, step) ? members[step] : undefined
  // Not by assignment: a model may well name a member `__proto__`.
  return Object.fromEntries([
    ...Object.entries(members).filter(([name]) => name !== step),
    [step, applyDelta(inner, rest, change)],
  ])
}
