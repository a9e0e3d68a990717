import type { Model, ModelParameters } from '../../../models/model.ts'
import type { RunRequest } from '../../run.ts'

/** Most output tokens of a call under a hard budget, where neither the task nor the model says how many. */
const MOST_UNDER_BUDGET = 4096

/**
 * Whether it is known what a call costs at most. Not where its model is sent no `max_tokens`, being one of pictures or
 * recordings or by its rules, and nobody has said how much it writes.
 */
export const isBounded = ({ price, maxOutputTokens }: Model, { max_tokens }: ModelParameters): boolean =>
  !price?.output || max_tokens !== undefined || maxOutputTokens !== undefined

/** What a call may write at most, as far as its request or the configuration bounds it. */
export const mostOutput = (model: Model, { max_tokens }: ModelParameters): number =>
  max_tokens ?? model.maxOutputTokens ?? MOST_UNDER_BUDGET

/**
 * Under a hard budget each call has a bound on what it may write, since it could cost anything else. What makes nothing but
 * pictures and recordings knows no such bound.
 */
export function boundOutput(
  { budget }: Pick<RunRequest, 'budget'>,
  model: Model,
  parameters: ModelParameters,
): ModelParameters {
  const isMedia = model.api === 'images' || model.api === 'speech'
  if (budget !== 'hard' || model.price === null || parameters.max_tokens || isMedia) return parameters
  return { ...parameters, max_tokens: mostOutput(model, parameters) }
}
