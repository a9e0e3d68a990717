import type { Shown } from '../../../platform/shown.ts'
import type { RunRecord, RunStatus } from '../../../runs/run.ts'
import { presentMetadata } from '../read/read-metadata.ts'
import { messageIdOf, responseIdOf, seconds } from './door-ids.ts'
import type { openAiResponse } from './response-object.ts'
import { type Outcome, outcomeOf } from './run-outcome.ts'

export type OpenAiResponse = Shown<typeof openAiResponse>

const STATUSES: Readonly<Record<RunStatus, OpenAiResponse['status']>> = {
  queued: 'queued',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  expired: 'failed',
}

/**
 * A run as a response.
 * @param alias that of its task
 * @param isJson whether the task answers with an object
 */
export function presentResponse(
  record: RunRecord,
  { alias, isJson }: { alias: string; isJson: boolean },
): OpenAiResponse {
  const { request, result, status } = record
  const outcome = outcomeOf(record)
  const cut = outcome && outcome.ending !== 'stop'
  const parameters = result?.parameters ?? request.llmConfig ?? {}
  return {
    id: responseIdOf(request.id),
    object: 'response',
    access_programs: null,
    created_at: seconds(request.created),
    completed_at: outcome && result ? seconds(result.settled) : null,
    status: cut ? 'incomplete' : outcome ? 'completed' : STATUSES[status],
    background: request.mode === 'async',
    error: outcome || status === 'cancelled' ? null : errorOf(record),
    incomplete_details: cut
      ? { reason: outcome.ending === 'length' ? 'max_output_tokens' : 'content_filter' }
      : null,
    instructions: null,
    max_output_tokens: numberIn(parameters, 'max_tokens'),
    model: result?.model ?? `task/${request.task}`,
    output: outcome ? [messageOf(request.id, outcome)] : [],
    parallel_tool_calls: false,
    previous_response_id: null,
    prompt: { id: alias, version: record.revision ?? request.revision, variables: null },
    reasoning: { effort: textIn(parameters, 'reasoning_effort'), summary: null },
    store: true,
    temperature: numberIn(parameters, 'temperature'),
    text: { format: { type: isJson ? 'json_object' : 'text' } },
    tool_choice: 'none',
    tools: [],
    top_p: numberIn(parameters, 'top_p'),
    truncation: 'disabled',
    usage: usageOf(record),
    user: null,
    metadata: presentMetadata(request),
  }
}

function messageOf(run: string, { text, refusal, ending }: Outcome): OpenAiResponse['output'][number] {
  return {
    id: messageIdOf(run),
    type: 'message',
    role: 'assistant',
    status: ending === 'stop' ? 'completed' : 'incomplete',
    content: [
      refusal === null
        ? { type: 'output_text', text: text ?? '', annotations: [], logprobs: [] }
        : { type: 'refusal', refusal },
    ],
  }
}

function errorOf({ result }: RunRecord): OpenAiResponse['error'] {
  if (!result?.error) return null
  const { reason, message } = result.error
  return { code: reason === 'INPUT_INVALID' ? 'invalid_prompt' : 'server_error', message, reason }
}

function usageOf({ result, attempts }: RunRecord): OpenAiResponse['usage'] {
  if (!result) return null
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = result
  const written = attempts.reduce((sum, each) => sum + (each.cacheWriteTokens ?? 0), 0)
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: written },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

function numberIn(parameters: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = parameters[name]
  return typeof value === 'number' ? value : null
}

function textIn(parameters: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = parameters[name]
  return typeof value === 'string' ? value : null
}
