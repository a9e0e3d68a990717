import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import type { Shown } from '../platform/shown.ts'
import type { Model } from './model.ts'

/** A model on the wire; its strings are never null. */
export const modelResponse = z
  .object({
    id: shownId,
    name: z.string(),
    alias: z.string(),
    provider: z.string(),
    description: z.string(),
    supports_vision: z.boolean(),
    supports_image_output: z.boolean(),
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
        supports_image_output: false,
      },
    ],
  })

/** A model as lists show it. */
export function presentModel(model: Model): Shown<typeof modelResponse> {
  return {
    id: model.id,
    name: model.name,
    alias: model.alias,
    provider: model.provider,
    description: model.description,
    supports_vision: model.supportsVision,
    supports_image_output: model.supportsImageOutput,
  }
}
