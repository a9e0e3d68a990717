import { z } from 'zod'

const count = z.int().min(0)

/** A run as a chat completion of OpenAI's API. */
export const openAiCompletion = z
  .object({
    id: z.string().meta({ description: '`chatcmpl-` and the digits of the run’s id.' }),
    object: z.literal('chat.completion'),
    created: count.meta({ description: 'Seconds since the epoch.' }),
    model: z.string().meta({ description: 'The model that answered.' }),
    choices: z
      .array(
        z.object({
          index: z.literal(0),
          message: z.object({
            role: z.literal('assistant'),
            content: z.string().nullable(),
            refusal: z.string().nullable(),
          }),
          finish_reason: z.enum(['stop', 'length', 'content_filter']),
          logprobs: z.null(),
        }),
      )
      .length(1),
    usage: z.object({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count, audio_tokens: z.literal(0) }),
      completion_tokens_details: z.object({ reasoning_tokens: count, audio_tokens: z.literal(0) }),
    }),
    metadata: z.object({ reference: z.string().optional(), reporting_group: z.string().optional() }),
  })
  .meta({ id: 'OpenAiCompletion', description: 'A run in the shape of OpenAI’s chat completions.' })
