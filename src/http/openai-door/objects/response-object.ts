import { z } from 'zod'

const count = z.int().min(0)
const empty = z.array(z.never())

const message = z.object({
  id: z.string(),
  type: z.literal('message'),
  role: z.literal('assistant'),
  status: z.enum(['completed', 'incomplete']),
  content: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('output_text'), text: z.string(), annotations: empty, logprobs: empty }),
      z.object({ type: z.literal('refusal'), refusal: z.string() }),
    ]),
  ),
})

const usage = z.object({
  input_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count }),
  output_tokens: count,
  output_tokens_details: z.object({ reasoning_tokens: count }),
  total_tokens: count,
})

/** A run as a response of OpenAI's API. Members that a task knows nothing of have the values of their absence. */
export const openAiResponse = z
  .object({
    id: z.string().meta({ description: '`resp_` and the digits of the run’s id.' }),
    object: z.literal('response'),
    access_programs: z.null(),
    created_at: count.meta({ description: 'Seconds since the epoch.' }),
    completed_at: count.nullable(),
    status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
    background: z.boolean(),
    error: z
      .object({
        code: z.enum(['server_error', 'invalid_prompt']),
        message: z.string(),
        reason: z.string().meta({ description: 'Why it failed, as the run says it.' }),
      })
      .nullable(),
    incomplete_details: z.object({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
    instructions: z.null(),
    max_output_tokens: count.nullable(),
    model: z.string().meta({ description: 'The model that answered; before, the task.' }),
    output: z.array(message),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.null(),
    prompt: z.object({
      id: z.string().meta({ description: 'The task’s alias.' }),
      version: z.string().nullable().meta({ description: 'Id of the revision, once it is known.' }),
      variables: z.null(),
    }),
    reasoning: z.object({ effort: z.string().nullable(), summary: z.null() }),
    store: z.literal(true),
    temperature: z.number().nullable(),
    text: z.object({ format: z.object({ type: z.enum(['text', 'json_object']) }) }),
    tool_choice: z.literal('none'),
    tools: empty,
    top_p: z.number().nullable(),
    truncation: z.literal('disabled'),
    usage: usage.nullable(),
    user: z.null(),
    metadata: z.object({ reference: z.string().optional(), reporting_group: z.string().optional() }),
  })
  .meta({ id: 'OpenAiResponse', description: 'A run in the shape of OpenAI’s Responses API.' })
