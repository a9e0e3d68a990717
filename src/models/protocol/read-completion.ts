import { type Completion, ModelError, type ModelRequest } from '../model.ts'
import { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'

/**
 * Reads the body of a server's response as a chat completion; nothing about its shape is trusted. When the server reports
 * no usage, tokens are estimated (see estimateTokens): zero would make every report wrong.
 * @throws {ModelError} of kind `bad_answer`, retryable, when the body has no completion
 */
export function readCompletion(body: unknown, { messages }: ModelRequest): Completion {
  const choices = field(body, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const message = field(choice, 'message')
  const refusal = field(message, 'refusal')
  const refused = typeof refusal === 'string' && refusal !== ''
  const text = readText(field(message, 'content')) ?? (refused ? '' : null)
  if (text === null) {
    throw new ModelError('bad_answer', `the model server sent no answer: ${describe(body)}`, {
      retryable: true,
    })
  }
  const usage = field(body, 'usage')
  const finishReason = field(choice, 'finish_reason')
  const model = field(body, 'model')
  return {
    text,
    model: typeof model === 'string' ? model : null,
    inputTokens: readCount(field(usage, 'prompt_tokens')) ?? estimateMessageTokens(messages),
    outputTokens: readCount(field(usage, 'completion_tokens')) ?? estimateTokens(text.length),
    finishReason: typeof finishReason === 'string' ? finishReason : 'stop',
    refusal: refused ? refusal : null,
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** A string, or what some servers send in its place: a list of text parts. */
function readText(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  const texts = content.map((part) => field(part, 'text')).filter((text) => typeof text === 'string')
  return texts.length > 0 ? texts.join('') : null
}

/** More tokens than any model can process. A larger number is not a count, and would make every sum wrong. */
const MOST_TOKENS = 1_000_000_000

function readCount(value: unknown): number | null {
  const counts = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
  return counts ? value : null
}

function describe(body: unknown): string {
  return (typeof body === 'string' ? body : (JSON.stringify(body) ?? 'an empty body')).slice(0, 300)
}
