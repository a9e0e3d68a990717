import { z } from 'zod'
import { givenId } from '../platform/id-schema.ts'
import { type TaskLimits, taskFields } from './task-fields.ts'
import { activeRevisionsSchema, weightSchema } from './traffic.ts'

/** In form bodies, booleans are strings. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])

/** An empty list or object counts as null. */
const orNothing = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isEmpty(value) ? null : value), schema.nullable()).optional()

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** Fields that are optional both when a task is created and when it is updated. */
function optionalFields(limits: TaskLimits) {
  const fields = taskFields(limits)
  return {
    alias: fields.alias.nullish().meta({
      description: 'What OpenAI’s clients may name in `prompt.id`; null for the one that is made of its id.',
    }),
    description: fields.description.nullish(),
    public: flag.optional(),
    exposed_to_agents: flag.optional(),
    task_run_visibility: fields.task_run_visibility.nullish(),
    timeout: fields.timeout.nullish(),
    queue_timeout: fields.queue_timeout.nullish(),
    on_lost_attempt: fields.on_lost_attempt.optional(),
    on_truncated: fields.on_truncated.optional(),
    output_retries: fields.output_retries.optional(),
    cache: fields.cache.nullish().meta({
      description: 'Seconds for which results are reused by runs that ask the same; 0 or null: not at all.',
    }),
    scores: fields.scores.nullish(),

    annotation: fields.annotation.nullish(),
    llm_config: orNothing(fields.llm_config),
    output_format: orNothing(fields.output_format),
    image_required: flag.nullish(),
    file_input_mode: z.enum(['none', 'image', 'file']).nullish(),
    optimise_images: flag.nullish(),
    input_processors: orNothing(fields.input_processors),
    rag: orNothing(fields.rag),
    task_forwarder_id: fields.task_forwarder_id.nullish(),
    fallback_llm_model_id: fields.fallback_llm_model_id.nullish(),
    fallback_llm_config: orNothing(fields.fallback_llm_config),
  }
}

function requiredFields(limits: TaskLimits) {
  const { name, system_prompt, user_prompt, llm_model_id } = taskFields(limits)
  return { name, enabled: flag, system_prompt, user_prompt, llm_model_id }
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
  return (
    z
      .object({
        ...requiredFields(limits),
        ...optionalFields(limits),
        output_modality: taskFields(limits).output_modality.default('json'),
        test: flag
          .refine((test) => !test, 'the first revision takes the traffic, so it cannot be a test')
          .optional(),
      })
      // As an override: zod leaves out plain `examples` of schemas with transforms.
      .meta({ id: 'NewTask', override: { examples: [EXAMPLE] } })
  )
}
export type CreateTaskInput = z.output<ReturnType<typeof createTaskSchema>>

/** Body of `POST P/task/{id}`: any fields of the task and of its next revision, and the traffic of that revision. */
export function updateTaskSchema(limits: TaskLimits) {
  return z
    .object({
      ...requiredFields(limits),
      ...optionalFields(limits),
      test: flag,
      /** These never change. They are accepted since clients may send back a task as they have read it. */
      id: givenId,
      project_id: givenId,
      output_modality: taskFields(limits).output_modality,
      active_revisions: activeRevisionsSchema(limits.weightsMax),
      activate: flag.meta({
        description:
          'True gives all the traffic to the revision that this makes, or to the newest if it makes none.',
      }),
      weight: weightSchema.meta({ description: 'Gives that revision this share beside the active ones.' }),
    })
    .partial()
    .meta({
      id: 'TaskChange',
      override: {
        examples: [{ system_prompt: 'You judge the sentiment of texts, and say why.', activate: true }],
      },
    })
}
export type UpdateTaskInput = z.output<ReturnType<typeof updateTaskSchema>>
