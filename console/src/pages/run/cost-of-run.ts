import type { Attempt, Model, Run } from '@splitrun/client'

type Price = NonNullable<Model['price']>

/** What a call used, apart from each other, and what that costs at the prices of today. */
export interface CallCost {
  readonly number: number
  readonly model: string | null
  /** Of the input, what was not in the model's cache. */
  readonly fresh: number
  readonly cached: number
  /** Of the output, what is no reasoning. */
  readonly answer: number
  readonly reasoning: number
  /** Credits; null where no price is known. */
  readonly credits: number | null
  readonly isEstimated: boolean
  readonly isExact: boolean
  /** Credits that it may have cost beyond, as a decimal. */
  readonly possible: string
}

const MILLION = 1_000_000

function creditsOf(call: Attempt, price: Price | undefined): number | null {
  if (!price) return null
  const fresh = call.input_tokens - call.cached_tokens
  const sum =
    fresh * price.input + call.cached_tokens * price.cached_input + call.output_tokens * price.output
  return sum / MILLION
}

/** The calls of a run, each taken apart. Cached and reasoning tokens are parts of input and output. */
export const costOfRun = (run: Run, models: readonly Model[]): readonly CallCost[] =>
  run.attempts.map((call) => ({
    number: call.number,
    model: call.model,
    fresh: call.input_tokens - call.cached_tokens,
    cached: call.cached_tokens,
    answer: call.output_tokens - call.reasoning_tokens,
    reasoning: call.reasoning_tokens,
    credits: creditsOf(call, models.find(({ name, id }) => name === call.model || id === call.model)?.price),
    isEstimated: call.estimated,
    isExact: call.cost_exact,
    possible: call.possible_credits,
  }))
