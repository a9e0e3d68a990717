import { z } from 'zod'
import { ValidationError } from '../../../platform/errors.ts'
import { noProto } from '../../../platform/json/no-proto.ts'
import { llmConfigSchema } from '../../../tasks/task-fields.ts'

const { temperature, top_p, max_tokens, seed, frequency_penalty, presence_penalty, stop, reasoning_effort } =
  llmConfigSchema.shape

/** Parameters of the model under the names of chat completions; each goes before the revision's. */
export const chatParameters = {
  temperature: temperature.nullish(),
  top_p: top_p.nullish(),
  max_tokens: max_tokens.nullish(),
  max_completion_tokens: max_tokens.nullish(),
  seed: seed.nullish(),
  frequency_penalty: frequency_penalty.nullish(),
  presence_penalty: presence_penalty.nullish(),
  stop: stop.nullish(),
  reasoning_effort: reasoning_effort.nullish(),
}

/** The same under the names of responses, and those that OpenAI's have no name for. */
export const responseParameters = {
  temperature: temperature.nullish(),
  top_p: top_p.nullish(),
  seed: seed.nullish(),
  frequency_penalty: frequency_penalty.nullish(),
  presence_penalty: presence_penalty.nullish(),
  stop: stop.nullish(),
  max_output_tokens: max_tokens.nullish(),
  reasoning: noProto(z.looseObject({ effort: reasoning_effort.nullish() }))
    .nullish()
    .meta({ description: 'Its `effort` is respected.' }),
}

type Chat = z.output<z.ZodObject<typeof chatParameters>>
type Responses = z.output<z.ZodObject<typeof responseParameters>>

/** @throws {ValidationError} when the most tokens are named twice, differently */
export function chatOverrides(body: Chat): Readonly<Record<string, unknown>> | null {
  const { max_tokens: old, max_completion_tokens: most, ...rest } = body
  if (typeof old === 'number' && typeof most === 'number' && old !== most) {
    throw ValidationError.at(['body', 'max_tokens'], 'contradicts max_completion_tokens')
  }
  const { temperature, top_p, seed, frequency_penalty, presence_penalty, stop, reasoning_effort } = rest
  return given({
    ...{ temperature, top_p, seed, frequency_penalty, presence_penalty, stop, reasoning_effort },
    max_tokens: most ?? old,
  })
}

export function responseOverrides(body: Responses): Readonly<Record<string, unknown>> | null {
  const { temperature, top_p, seed, frequency_penalty, presence_penalty, stop } = body
  return given({
    ...{ temperature, top_p, seed, frequency_penalty, presence_penalty, stop },
    ...{ max_tokens: body.max_output_tokens, reasoning_effort: body.reasoning?.effort },
  })
}

/** What was said of them; null where nothing was. */
function given(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null {
  const known = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null)
  return known.length > 0 ? Object.fromEntries(known) : null
}
