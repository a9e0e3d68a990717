import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Model } from '../model.ts'
import { rulesOf } from '../protocol/request-parameters.ts'

/** What a server's refusals have taught about a model, until `until` (ms since the epoch). */
export const adaptationSchema = z.object({
  /** What is asked for in place of what the configuration says; null: that. */
  output: z.enum(['json_object', 'none']).nullable(),
  /** Parameters that are not sent. */
  dropped: z.array(z.string()),
  /** The name of max_tokens; null: as the rules have it. */
  maxTokens: z.enum(['max_tokens', 'max_completion_tokens']).nullable(),
  /** True: the system prompt goes into the turn of the user. */
  noSystemTurn: z.boolean(),
  until: z.number(),
})
export type Adaptation = z.infer<typeof adaptationSchema>

/** One thing that a server said it does not know. */
export type Refused =
  | { readonly output: true }
  | { readonly systemTurn: true }
  | { readonly parameter: string }

/** Nothing learned yet. */
const NOTHING: Omit<Adaptation, 'until'> = { output: null, dropped: [], maxTokens: null, noSystemTurn: false }

/**
 * One step down from what is known already; null when there is none to take. A bound of tokens is never dropped, as it
 * bounds the cost: only its other name is tried.
 * @param model as the configuration has it
 */
export function stepDown(
  model: Model,
  known: Adaptation | null,
  refused: Refused,
  until: number,
): Adaptation | null {
  const before = { ...NOTHING, ...known, until }
  if ('output' in refused) {
    const output = before.output ?? model.output
    return output === 'none' ? null : { ...before, output: output === 'json_schema' ? 'json_object' : 'none' }
  }
  if ('systemTurn' in refused) return before.noSystemTurn ? null : { ...before, noSystemTurn: true }
  const { parameter } = refused
  if (parameter === 'max_tokens' || parameter === 'max_completion_tokens') {
    if (before.maxTokens) return null
    return { ...before, maxTokens: parameter === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' }
  }
  return before.dropped.includes(parameter) ? null : { ...before, dropped: [...before.dropped, parameter] }
}

const LESS: readonly Adaptation['output'][] = [null, 'json_object', 'none']

/** What is known, with what another call has found out. */
export function bothOf(known: Adaptation, found: Adaptation): Adaptation {
  return {
    output: LESS.indexOf(found.output) > LESS.indexOf(known.output) ? found.output : known.output,
    dropped: [...new Set([...known.dropped, ...found.dropped])],
    maxTokens: found.maxTokens ?? known.maxTokens,
    noSystemTurn: known.noSystemTurn || found.noSystemTurn,
    until: Math.max(known.until, found.until),
  }
}

/** Whether two are the same but for how long they are believed. */
export const saysTheSame = (one: Adaptation, other: Adaptation): boolean =>
  isDeepStrictEqual({ ...one, until: 0 }, { ...other, until: 0 })

/** A model as it is asked with what was learned. */
export function adapt(model: Model, { output, dropped, maxTokens, noSystemTurn }: Adaptation): Model {
  const rules = rulesOf(model)
  return {
    ...model,
    output: output ?? model.output,
    rules: {
      ...rules,
      dropped: [...rules.dropped, ...dropped],
      systemTurn: noSystemTurn ? 'user' : rules.systemTurn,
      renamed: maxTokens ? { ...rules.renamed, max_tokens: maxTokens } : rules.renamed,
    },
  }
}
