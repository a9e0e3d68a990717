import type { Shown } from '../../../platform/shown.ts'
import type { RunRecord } from '../../../runs/run.ts'
import { presentMetadata } from '../read/read-metadata.ts'
import type { openAiCompletion } from './completion-object.ts'
import { completionIdOf, seconds } from './door-ids.ts'
import type { Outcome } from './run-outcome.ts'

/** A run that has an outcome, as a chat completion. */
export function presentCompletion(
  { request, result }: RunRecord,
  { text, refusal, ending }: Outcome,
): Shown<typeof openAiCompletion> {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = result ?? {}
  return {
    id: completionIdOf(request.id),
    object: 'chat.completion',
    created: seconds(request.created),
    model: result?.model ?? `task/${request.task}`,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal },
        finish_reason: ending,
        logprobs: null,
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoningTokens, audio_tokens: 0 },
    },
    metadata: presentMetadata(request),
  }
}
