import type { TokenUsage } from '../completion.ts'
import { fieldOf } from '../protocol/json-field.ts'

/** What a text is estimated at where its server gives no count that can be believed. */
export interface TokenEstimates {
  readonly input: () => number
  readonly output: () => number
}

/** More tokens than any model can process. A larger number is not a count, and would make every sum wrong. */
const MOST_TOKENS = 1_000_000_000

/**
 * Reads what an answer was billed for, in the spellings of OpenAI's two protocols, Anthropic, DeepSeek, Moonshot, xAI,
 * Google and OpenRouter; nothing about its shape is trusted.
 *
 * - Input and output that are absent, senseless, or 0 where there is text, come from the total where that is given, else
 *   they are estimated.
 * - Reasoning counts as output once. Where the total shows that it was not counted among the completion's tokens (xAI,
 *   Google), it is added.
 * - Cached and written tokens are parts of the input. Anthropic counts them beside it: there they are added.
 */
export function readUsage(usage: unknown, estimates: TokenEstimates): TokenUsage {
  const inputDetails = fieldOf(usage, 'prompt_tokens_details') ?? fieldOf(usage, 'input_tokens_details')
  const outputDetails = fieldOf(usage, 'completion_tokens_details') ?? fieldOf(usage, 'output_tokens_details')
  const cached = count(inputDetails, CACHED_IN_DETAILS) ?? count(usage, CACHED) ?? 0
  const written = count(inputDetails, WRITTEN_IN_DETAILS) ?? count(usage, WRITTEN) ?? 0
  const reasoning = count(outputDetails, REASONING_IN_DETAILS) ?? count(usage, REASONING) ?? 0
  const total = count(usage, TOTAL) || null

  const asked = count(usage, INPUT)
  const answered = count(usage, OUTPUT)
  const beside = isBesideInput(usage, asked, answered, total) ? cached + written : 0
  const known = {
    input: believed(asked === null ? null : asked + beside, estimates.input),
    output: believed(withReasoning(answered, asked, reasoning, total, cached), estimates.output),
  }
  const { input, output, estimated } = complete(known, total, estimates)
  const cachedTokens = Math.min(cached, input)
  return {
    inputTokens: input,
    outputTokens: output,
    cachedTokens,
    cacheWriteTokens: Math.min(written, input - cachedTokens),
    reasoningTokens: Math.min(impliedReasoning(reasoning, answered, output), output),
    estimated,
  }
}

const INPUT = ['prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens', 'promptTokenCount']
const OUTPUT = [
  ...['completion_tokens', 'output_tokens', 'completionTokens', 'outputTokens'],
  ...['candidatesTokenCount'],
]
const TOTAL = ['total_tokens', 'totalTokens', 'totalTokenCount']
const CACHED_IN_DETAILS = ['cached_tokens']
const CACHED = [
  ...['prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_input_tokens', 'num_cached_tokens'],
  ...['cached_content_token_count', 'cachedContentTokenCount'],
]
const WRITTEN_IN_DETAILS = ['cache_write_tokens', 'cache_creation_tokens']
const WRITTEN = ['cache_creation_input_tokens']
const REASONING_IN_DETAILS = ['reasoning_tokens']
const REASONING = ['reasoning_tokens', 'thoughts_tokens', 'thoughtsTokenCount']
/** Anthropic's own spelling, and what it has beside that. */
const PROMPT = ['prompt_tokens']
const BY_ANTHROPIC = ['cache_read_input_tokens', 'cache_creation_input_tokens']

/** Anthropic's own spelling has no prompt_tokens, and its input_tokens are those that no cache had. */
function isBesideInput(
  usage: unknown,
  asked: number | null,
  answered: number | null,
  total: number | null,
): boolean {
  const spelled = count(usage, PROMPT) === null && count(usage, BY_ANTHROPIC) !== null
  return spelled && total !== (asked ?? 0) + (answered ?? 0)
}

/** The completion's tokens with reasoning that the server did not count among them, as its total shows. */
function withReasoning(
  answered: number | null,
  asked: number | null,
  reasoning: number,
  total: number | null,
  cached: number,
): number | null {
  if (answered === null || asked === null || total === null) return answered
  const missing = total - asked - answered
  if (missing <= 0) return answered
  // Google's total has the reasoning, and nothing else says how much it was.
  const isReasoning = missing === reasoning || (reasoning === 0 && missing !== cached && asked > 0)
  return isReasoning ? answered + missing : answered
}

function impliedReasoning(reasoning: number, answered: number | null, output: number): number {
  if (reasoning > 0 || answered === null || answered === 0) return reasoning
  return Math.max(0, output - answered)
}

/** A count of 0 is none where there was something to count. */
function believed(given: number | null, estimate: () => number): number | null {
  return given === 0 && estimate() > 0 ? null : given
}

function complete(
  { input, output }: { input: number | null; output: number | null },
  total: number | null,
  estimates: TokenEstimates,
): { input: number; output: number; estimated: boolean } {
  if (input !== null && output !== null) return { input, output, estimated: false }
  const [first, second] = [input ?? estimates.input(), output ?? estimates.output()]
  if (total !== null && input === null && output === null) {
    // The total is kept, and shared out as the texts are long.
    const share = first + second > 0 ? Math.round((total * first) / (first + second)) : total
    return { input: share, output: total - share, estimated: true }
  }
  const rest = total === null ? 0 : total - (input ?? output ?? 0)
  if (rest > 0) return { input: input ?? rest, output: output ?? rest, estimated: false }
  return { input: first, output: second, estimated: true }
}

/** The first of these members that is a count. */
function count(value: unknown, names: readonly string[]): number | null {
  if (typeof value !== 'object' || value === null) return null
  for (const name of names) {
    const given = (value as Record<string, unknown>)[name]
    if (given === undefined) continue
    const found = typeof given === 'string' && /^\d{1,10}$/.test(given) ? Number(given) : given
    if (typeof found === 'number' && Number.isInteger(found) && found >= 0 && found <= MOST_TOKENS)
      return found
  }
  return null
}
