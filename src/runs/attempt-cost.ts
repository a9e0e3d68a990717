import type { Model, ModelParameters, ModelPrice, TokenUsage } from '../models/model.ts'
import type { Attempt } from './run.ts'

/** The part of an attempt that its cost depends on. */
type Counted = Pick<Attempt, 'inputTokens' | 'outputTokens' | 'cachedTokens' | 'cacheWriteTokens'>

/**
 * Credits of an attempt at the price of its own model, in whole millionths of a currency unit: a price per million tokens
 * is the same number of millionths per token. Cached and written tokens are parts of the input; without prices of their
 * own they cost as much as the rest.
 */
export function creditsOf(attempt: Attempt, findModel: (name: string) => Model | null): number {
  const price = attempt.model ? findModel(attempt.model)?.price : null
  return price ? Math.round(costOf(attempt, price)) : 0
}

/** What tokens cost, in millionths. */
export function costOf(
  { inputTokens, outputTokens, cachedTokens = 0, cacheWriteTokens = 0 }: Counted,
  { input, cachedInput = input, cacheWrite = input, output }: ModelPrice,
): number {
  const rest = inputTokens - cachedTokens - cacheWriteTokens
  return rest * input + cachedTokens * cachedInput + cacheWriteTokens * cacheWrite + outputTokens * output
}

/**
 * What a call may have cost whose answer is lost: its prompt, and as much as it was allowed to write, by `max_tokens` or
 * else by what is known of the model. Where neither says how much, only the prompt counts. Empty without a price.
 * @param inputTokens as they are estimated
 */
export function possibleCost(
  { price, maxOutputTokens = 0 }: Model,
  { max_tokens: outputTokens = maxOutputTokens }: ModelParameters,
  inputTokens: number,
): Pick<Attempt, 'possibleCredits' | 'inexact'> {
  const credits = price ? Math.round(costOf({ inputTokens, outputTokens }, price)) : 0
  return credits > 0 ? { possibleCredits: credits, inexact: true } : {}
}

/** False where tokens are estimates, or where the model has a price but none for its cached or written tokens. */
export function isCostExact(usage: TokenUsage, price: ModelPrice | null): boolean {
  if (usage.estimated) return false
  if (!price) return true
  return (
    (usage.cachedTokens === 0 || price.cachedInput !== undefined) &&
    (usage.cacheWriteTokens === 0 || price.cacheWrite !== undefined)
  )
}
