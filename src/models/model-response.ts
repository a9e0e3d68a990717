import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import type { Shown } from '../platform/shown.ts'
import type { Adaptation } from './learned/adaptation.ts'
import type { Model, ModelPrice } from './model.ts'

const adaptation = z
  .object({
    output: z.enum(['json_object', 'none']).nullable(),
    dropped: z.array(z.string()),
    max_tokens_as: z.string().nullable(),
    no_system_turn: z.boolean(),
    until: z.iso.datetime(),
  })
  .meta({
    description:
      'What its server said that it does not know, and what is done without until then: the wish for less of structured ' +
      'output, parameters that are not sent, another name of max_tokens, the system prompt within the turn of the user. ' +
      'Absent where there is nothing of the kind.',
  })

const amount = z.number().min(0)
const price = z.object({
  input: amount,
  cached_input: amount.meta({ description: 'As `input` where it has no price of its own.' }),
  cache_write: amount.meta({ description: 'As `input` where it has no price of its own.' }),
  output: amount,
})

/** A model on the wire; no member of it is ever null, since clients take them as they are. */
export const modelResponse = z
  .object({
    id: shownId,
    name: z.string(),
    alias: z.string(),
    provider: z.string(),
    description: z.string(),
    supports_vision: z.boolean(),
    supports_image_output: z
      .boolean()
      .meta({ description: 'Whether tasks that answer with an image may use it.' }),
    supports_audio_output: z
      .boolean()
      .meta({ description: 'Whether tasks that answer with audio may use it.' }),
    supports_pdf: z.boolean().meta({ description: 'Whether it is sent PDF documents as they are.' }),
    supports_audio: z.boolean().meta({ description: 'Whether it is sent recordings.' }),
    output: z.enum(['json_schema', 'json_object', 'none']).meta({
      description: 'What it knows of structured output, by its configuration.',
    }),
    max_output_tokens: z.int().min(1).optional().meta({
      description: 'Most tokens of one answer; absent where the configuration does not say.',
    }),
    price: price.optional().meta({
      description: 'Credits per million tokens; absent where no price is known, and runs cost nothing.',
    }),
    retires: z.iso.datetime().optional().meta({
      description: 'When its server shuts it down; absent where the server does not say.',
    }),
    used_by: z
      .array(z.object({ id: shownId, name: z.string() }))
      .optional()
      .meta({
        description:
          'Of a model that retires: tasks of the project, at most 100, whose active revisions or their fallbacks use it.',
      }),
    adapted: adaptation.optional(),
  })
  .meta({
    id: 'Model',
    description: 'A model that revisions may name, by its id, name or alias.',
    examples: [
      {
        id: '6f1f8f3c-2b0a-5c1d-9e7f-0a1b2c3d4e5f',
        name: 'simulated-large',
        alias: 'Simulated large',
        provider: 'simulated',
        description: 'Answers in the asked shape; the content is made up.',
        supports_vision: true,
        supports_image_output: true,
        supports_audio_output: true,
        supports_pdf: true,
        supports_audio: true,
        output: 'json_schema',
        max_output_tokens: 16_384,
        price: { input: 1.25, cached_input: 0.125, cache_write: 1.25, output: 10 },
      },
    ],
  })

/** What is known of a model beyond its configuration. */
export interface ModelState {
  readonly adapted: Adaptation | null
  /** ISO 8601. */
  readonly retires: string | null
  readonly usedBy: readonly { readonly id: string; readonly name: string }[]
}

/** Tasks that are named with a model that ends. */
const MOST_TASKS = 100

/** A model as lists show it. */
export function presentModel(
  model: Model,
  { adapted, retires, usedBy }: ModelState,
): Shown<typeof modelResponse> {
  return {
    id: model.id,
    name: model.name,
    alias: model.alias,
    provider: model.provider,
    description: model.description,
    supports_vision: model.supportsVision,
    supports_image_output: model.supportsImageOutput,
    supports_audio_output: model.supportsAudioOutput ?? false,
    supports_pdf: model.supportsPdf ?? false,
    supports_audio: model.supportsAudio ?? false,
    output: model.output,
    ...(model.maxOutputTokens === undefined ? {} : { max_output_tokens: model.maxOutputTokens }),
    ...(model.price ? { price: presentPrice(model.price) } : {}),
    ...(retires ? { retires, used_by: usedBy.slice(0, MOST_TASKS) } : {}),
    ...(adapted ? { adapted: presentAdaptation(adapted) } : {}),
  }
}

function presentPrice({ input, cachedInput, cacheWrite, output }: ModelPrice): Shown<typeof price> {
  return { input, cached_input: cachedInput ?? input, cache_write: cacheWrite ?? input, output }
}

function presentAdaptation(adapted: Adaptation): Shown<typeof adaptation> {
  return {
    output: adapted.output,
    dropped: adapted.dropped,
    max_tokens_as: adapted.maxTokens,
    no_system_turn: adapted.noSystemTurn,
    until: new Date(adapted.until).toISOString(),
  }
}
