import type { LimitPolicy } from '@splitrun/client'
import { numberOf } from '../../parts/number-of.ts'
import type { Target } from './target.ts'

/** What can be limited, in words. */
export const UNITS = {
  requests_per_minute: 'runs a minute',
  tokens_per_minute: 'tokens a minute',
  concurrent_runs: 'runs at once',
} as const
export type Unit = keyof typeof UNITS

/** A limit as it is typed; an empty number limits nothing. */
export interface LimitDraft extends Target, Readonly<Record<Unit, string>> {
  readonly name: string
}

const NONE: LimitDraft = {
  ...{ name: '', applies_to: 'project', target_id: null },
  ...{ requests_per_minute: '', tokens_per_minute: '', concurrent_runs: '' },
}

export const limitDraftOf = (policy: LimitPolicy | null): LimitDraft =>
  policy === null
    ? NONE
    : {
        ...policy,
        requests_per_minute: String(policy.requests_per_minute ?? ''),
        tokens_per_minute: String(policy.tokens_per_minute ?? ''),
        concurrent_runs: String(policy.concurrent_runs ?? ''),
      }

/**
 * As it goes over the wire; whether it makes sense is the server's to say.
 * @throws {TypeError} where a number is none
 */
export function limitOf({ name, applies_to, target_id, ...units }: LimitDraft): LimitPolicy {
  const given = (Object.keys(UNITS) as Unit[]).filter((unit) => units[unit].trim() !== '')
  return {
    ...{ name: name.trim(), applies_to, target_id },
    ...Object.fromEntries(given.map((unit) => [unit, numberOf(UNITS[unit], units[unit])])),
  }
}
