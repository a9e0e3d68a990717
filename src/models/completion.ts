/**
 * What a call was billed for, as far as its server says. Cached and written tokens are parts of the input, reasoning
 * tokens are parts of the output.
 */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Input tokens that were read from a cache of prompts. */
  readonly cachedTokens: number
  /** Input tokens that were written to such a cache. */
  readonly cacheWriteTokens: number
  readonly reasoningTokens: number
  /** True: input or output is an estimate of ours, since the server gave no count that can be believed. */
  readonly estimated: boolean
}

/**
 * What the ending of an answer means, however its server spells it. `whole`: it ended by itself. `cut`: it would have
 * gone on. `filtered`: something took the rest, or all of it, away. `refused`: the model will not answer.
 */
export type Ending = 'whole' | 'cut' | 'filtered' | 'refused'

/** An answer of a model. It may be empty, cut off or refused: whoever uses its text looks at `ending` first. */
export interface Completion extends TokenUsage {
  /** Without reasoning, unless the model's configuration keeps that. Of a refusal: what there was beside it. */
  readonly text: string
  /** The model's name according to the server; null when it does not say. */
  readonly model: string | null
  readonly ending: Ending
  /** `stop`, `length`, `MAX_TOKENS` and others, as the server says it; null when it says nothing. */
  readonly finishReason: string | null
  /** The model's words when it refuses the request, else null. */
  readonly refusal: string | null
  /** The picture or the recording that was asked for; absent or null where there is none. */
  readonly media?: Buffer | null
}
