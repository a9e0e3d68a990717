import { z } from 'zod'
import { outputFormatSchema } from '../output/output-format.ts'
import { activeRevisionsSchema } from './traffic.ts'

/** Parameters of the model; a key that is not here is refused, since ignoring one would change answers in silence. */
export const llmConfigSchema = z
  .strictObject({
    temperature: z.number().min(0).max(2).optional(),
    top_p: z.number().min(0).max(1).optional(),
    max_tokens: z.int().min(1).max(10_000_000).optional(),
    seed: z.int().optional(),
    frequency_penalty: z.number().min(-2).max(2).optional(),
    presence_penalty: z.number().min(-2).max(2).optional(),
    stop: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)]).optional(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  })
  .meta({
    id: 'LlmConfig',
    description: 'Parameters of the model; unknown keys are refused.',
    examples: [{ temperature: 0 }],
  })

/** Form bodies spell booleans as words. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
const prompt = z.string().min(1).max(500_000)

export interface TaskLimits {
  /** Of an output_format: levels, and keys on all levels together. */
  readonly maxDepth: number
  readonly maxKeys: number
  readonly weightsMax: number
}

function fields(limits: TaskLimits) {
  const task = {
    name: z.string().regex(/^[A-Za-z0-9 _-]{1,63}$/, 'expected 1-63 letters, digits, spaces, - or _'),
    description: z.string().max(10_000).nullish(),
    enabled: flag,
    public: flag.optional(),
    exposed_to_agents: flag.optional(),
    task_run_visibility: z.string().max(100).nullish(),
  }
  const revision = {
    test: flag.optional(),
    annotation: z.string().max(10_000).nullish(),
    llm_config: llmConfigSchema.nullish(),
    output_format: outputFormatSchema(limits).nullish(),
    image_required: flag.nullish(),
    file_input_mode: z.literal('image').nullish(),
    optimise_images: flag.nullish(),
    input_processors: z.array(z.unknown()).max(100).nullish(),
    rag: z.unknown().optional(),
    task_forwarder_id: z.string().max(100).nullish(),
    fallback_llm_model_id: z.string().max(200).nullish(),
    fallback_llm_config: llmConfigSchema.nullish(),
  }
  return { task, revision }
}

const EXAMPLE = {
  name: 'Sentiment',
  enabled: true,
  system_prompt: 'You judge the sentiment of texts.',
  user_prompt: 'Judge this text: {text}',
  llm_model_id: 'simulated-large',
  output_format: { sentiment: { type: 'string', options: ['positive', 'negative'] }, confidence: 'number' },
}

/** Body of `POST P/task`. */
export function createTaskSchema(limits: TaskLimits) {
  const { task, revision } = fields(limits)
  return (
    z
      .strictObject({
        ...task,
        ...revision,
        output_modality: z.enum(['json', 'text']).default('json'),
        system_prompt: prompt,
        user_prompt: prompt,
        llm_model_id: z.string().min(1).max(200),
      })
      // An override, since zod leaves plain examples out where something is transformed.
      .meta({ id: 'NewTask', override: { examples: [EXAMPLE] } })
  )
}
export type CreateTaskInput = z.output<ReturnType<typeof createTaskSchema>>

/** Body of `POST P/task/{id}`: any part of a task or of its next revision. */
export function updateTaskSchema(limits: TaskLimits) {
  const { task, revision } = fields(limits)
  return z
    .strictObject({
      ...task,
      ...revision,
      system_prompt: prompt,
      user_prompt: prompt,
      llm_model_id: z.string().min(1).max(200),
      active_revisions: activeRevisionsSchema(limits.weightsMax),
    })
    .partial()
    .meta({
      id: 'TaskChange',
      override: { examples: [{ system_prompt: 'You judge the sentiment of texts, and say why.' }] },
    })
}
export type UpdateTaskInput = z.output<ReturnType<typeof updateTaskSchema>>
