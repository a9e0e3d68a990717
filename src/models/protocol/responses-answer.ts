/** How chat completions spell the reasons of an answer that is not whole. */
const ENDINGS: Readonly<Record<string, string>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  content_filter: 'content_filter',
}

/**
 * An answer of the Responses API as a chat completion, so that both are read by the same rules: text, refusal, tool calls,
 * how it ended, tokens with their details, and an error that came with a success. Nothing about its shape is trusted; what
 * is no answer of that API stays as it is.
 */
export function toChatCompletion(body: unknown): unknown {
  const output = list(field(body, 'output'))
  if (field(body, 'object') !== 'response' && !Array.isArray(field(body, 'output'))) return body
  const parts = output
    .filter((item) => field(item, 'type') === 'message')
    .flatMap((item) => partsOf(field(item, 'content')))
  const texts = (type: string, member: string) =>
    parts
      .filter((part) => String(field(part, 'type')).replace(/^output_/, '') === type)
      .map((part) => field(part, member))
      .filter((text) => typeof text === 'string')
  const text = texts('text', 'text')
  const refusal = texts('refusal', 'refusal')
  const calls = output.filter((item) => String(field(item, 'type')).endsWith('_call'))
  const message = {
    role: 'assistant',
    content: text.length > 0 ? text.join('') : null,
    ...(refusal.length > 0 ? { refusal: refusal.join('\n') } : {}),
    ...(calls.length > 0 ? { tool_calls: calls.map(toToolCall) } : {}),
  }
  const error = errorOf(body)
  return {
    object: 'chat.completion',
    model: field(body, 'model'),
    ...(error ? { error } : {}),
    choices: [{ index: 0, message, finish_reason: endingOf(body, error !== null, calls.length > 0) }],
    usage: toUsage(field(body, 'usage')),
  }
}

function endingOf(body: unknown, failed: boolean, calls: boolean): string {
  if (failed) return 'error'
  if (field(body, 'status') !== 'incomplete') return calls ? 'tool_calls' : 'stop'
  const reason = String(field(field(body, 'incomplete_details'), 'reason') ?? 'incomplete')
  return ENDINGS[reason] ?? reason
}

/** A response that failed says so in a success, beside what there was of it. */
function errorOf(body: unknown): unknown {
  const error = field(body, 'error')
  if (typeof error === 'object' && error !== null) return error
  const status = field(body, 'status')
  const ended = status === undefined || status === 'completed' || status === 'incomplete'
  return ended ? null : { message: `the response is ${String(status)}`, code: String(status) }
}

function toToolCall(item: unknown): object {
  const called = { name: field(item, 'name'), arguments: field(item, 'arguments') }
  return { id: field(item, 'call_id'), type: 'function', function: called }
}

function toUsage(usage: unknown): object | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined
  return {
    prompt_tokens: field(usage, 'input_tokens'),
    completion_tokens: field(usage, 'output_tokens'),
    total_tokens: field(usage, 'total_tokens'),
    prompt_tokens_details: field(usage, 'input_tokens_details'),
    completion_tokens_details: field(usage, 'output_tokens_details'),
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** Some servers put the text in the place of its parts. */
const partsOf = (content: unknown): unknown[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : list(content)

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
