import { endingOf, readFinishReason, wasFiltered } from '../answers/read-ending.ts'
import { readMessage } from '../answers/read-message.ts'
import { readUsage } from '../answers/read-usage.ts'
import { errorIn } from '../failures/error-in-success.ts'
import { readServerError } from '../failures/read-server-error.ts'
import { type Completion, ModelError, type ModelRequest, type TokenUsage } from '../model.ts'
import { secretsOf } from '../model-server.ts'
import { classifyServerError, type ReceivedPart } from './classify-failure.ts'
import { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'
import { fieldOf, textOf } from './json-field.ts'
import { readMedia } from './media/read-media.ts'
import type { ServerFailure } from './transport/server-failure.ts'

/**
 * Reads the body of a server's response as a chat completion, also one that was put together from a stream; nothing about
 * its shape is trusted. An answer with nothing in it is one, too: it was billed, and its text is empty.
 * @throws {ModelError} when the server says that it failed, with what there is of the answer and its tokens; of kind
 *   `bad_answer` when the body is no completion at all
 */
export function readCompletion(body: unknown, request: ModelRequest): Completion {
  const choices = fieldOf(body, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const error = errorIn(body, choice)
  if (!error && !Array.isArray(choices) && !fieldOf(body, 'usage')) throw noCompletion()

  const { model, schema } = request
  const { text, refusal } = readMessage(messageOf(choice), schema !== null, model.reasoningInText === 'keep')
  const finishReason = readFinishReason(choice, body)
  const said = endingOf(finishReason)
  const ending = said === 'whole' && wasFiltered(choice) ? 'filtered' : said
  const usage = () => usageIn(body, choice, request)
  if (error) {
    const billed = { partial: text || null, finishReason, usage: Array.isArray(choices) ? usage() : null }
    throw classifyServerError(null, { error }, secretsOf(model.server), billed)
  }
  if (ending === 'failed') {
    const message = `the model server ended its answer with ${finishReason}`
    const details = {
      retryable: true,
      code: finishReason,
      partial: text || null,
      finishReason,
      usage: usage(),
    }
    throw new ModelError('server_error', message, details)
  }
  return {
    ...usage(),
    text: request.wants === 'audio' ? transcriptOf(choice, text) : text,
    ...(request.wants && { media: readMedia(messageOf(choice), request.wants) }),
    model: textOf(body, 'model'),
    // A refusal is one, however it ended; and one that says so only in how it ended has its words in the text.
    ending: refusal !== null ? 'refused' : ending,
    refusal: refusal ?? (ending === 'refused' ? text : null),
    finishReason,
  }
}

/**
 * Some servers answer 400 when what the model wrote does not fit the schema (Groq: `json_validate_failed`). That was an
 * answer, and is read as one. Null for any other failure.
 */
export function readFailedText({ status, body }: ServerFailure, request: ModelRequest): Completion | null {
  if (status !== 400 && status !== 422) return null
  const { failedText, code, words } = readServerError(body)
  if (failedText === null && code !== 'json_validate_failed') return null
  const { text } = readMessage({ content: failedText ?? '' }, false, request.model.reasoningInText === 'keep')
  const wasCut = /max(imum)?[ _]?(completion[ _])?tokens|cut off|truncated/i.test(words)
  return {
    text,
    model: null,
    ...usageIn(null, { message: { content: failedText } }, request),
    ending: wasCut ? 'cut' : 'whole',
    finishReason: code,
    refusal: null,
  }
}

/** What there is of an answer whose stream broke. Its tokens are estimated, unless the server had counted them. */
export function readReceived(body: unknown, request: ModelRequest): ReceivedPart {
  const choices = fieldOf(body, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const keepsReasoning = request.model.reasoningInText === 'keep'
  const { text } = readMessage(messageOf(choice), request.schema !== null, keepsReasoning)
  return {
    partial: text || null,
    finishReason: readFinishReason(choice),
    usage: usageIn(body, choice, request),
  }
}

/** The message of a choice; some servers put its text in its place. */
function messageOf(choice: unknown): unknown {
  const message = fieldOf(choice, 'message') ?? fieldOf(choice, 'text')
  return typeof message === 'string' ? { content: message } : message
}

/** What was spoken, where the server says it. */
const transcriptOf = (choice: unknown, text: string): string =>
  textOf(fieldOf(messageOf(choice), 'audio'), 'transcript') ?? text

function usageIn(body: unknown, choice: unknown, { messages }: ModelRequest): TokenUsage {
  const usage =
    fieldOf(body, 'usage') ??
    fieldOf(choice, 'usage') ??
    fieldOf(fieldOf(body, 'x_groq'), 'usage') ??
    fieldOf(body, 'usageMetadata') ??
    fieldOf(body, 'usage_metadata')
  return readUsage(usage, {
    input: () => estimateMessageTokens(messages),
    output: () => estimateTokens(writtenLength(choice)),
  })
}

/** Characters of all that the model wrote: its text, its reasoning, and the calls that it makes. */
function writtenLength(choice: unknown): number {
  const message = messageOf(choice)
  const texts = ['content', 'refusal'].map((name) => fieldOf(message, name))
  const reasoning = fieldOf(message, 'reasoning_content') ?? fieldOf(message, 'reasoning')
  const calls = fieldOf(message, 'tool_calls') ?? fieldOf(message, 'function_call')
  return [...texts, reasoning, calls].reduce<number>((sum, each) => sum + lengthOf(each), 0)
}

function lengthOf(written: unknown): number {
  if (written === undefined || written === null) return 0
  return (typeof written === 'string' ? written : JSON.stringify(written)).length
}

/** What came is not told, as it may be part of an answer. */
function noCompletion(): ModelError {
  const details = { retryable: true, maybeBilled: true }
  return new ModelError('bad_answer', 'the model server sent JSON that is no completion', details)
}
