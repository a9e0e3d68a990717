import { z } from 'zod'
import { OWN_MEMBERS } from '../models/request-rules.ts'
import { outputFormatSchema } from '../output/output-format.ts'
import { taskAlias } from './naming/task-alias.ts'
import { OUTPUT_MODALITIES } from './output-modality.ts'
import { scoresSchema } from './scores/score.ts'

const PARAMETERS = [
  ...['temperature', 'top_p', 'max_tokens', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'],
  ...['reasoning_effort', 'extra'],
]
/** Of max_tokens. A bound under another name would not be known here. */
const SPELLINGS = ['max_completion_tokens', 'max_output_tokens']

const extra = z
  .unknown()
  .superRefine((value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return context.addIssue({ code: 'custom', message: 'expected an object' })
    }
    for (const key of Object.keys(value)) {
      const message = OWN_MEMBERS.has(key)
        ? 'is written by this service itself'
        : PARAMETERS.includes(key)
          ? 'is a parameter: it belongs beside extra, not into it'
          : SPELLINGS.includes(key)
            ? 'is max_tokens here: the model is sent the name that it knows'
            : null
      if (message) context.addIssue({ code: 'custom', path: [key], message })
    }
  })
  .meta({
    type: 'object',
    description:
      'Goes into the request to the model as it is: `top_k`, `service_tier` and whatever else its server knows.',
  }) as z.ZodType<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>

/** Parameters of the model. Unknown keys are refused: to ignore one would change the model's output without notice. */
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
    extra: extra.optional(),
  })
  .meta({
    id: 'LlmConfig',
    description: 'Parameters of the model; unknown keys are refused.',
    examples: [{ temperature: 0 }],
  })

/**
 * Who may see a task's runs, in the words of the public service, where people have such roles in a task. They are kept,
 * and not enforced here.
 */
export const VISIBILITIES = ['owner_only', 'editors_and_owners', 'all_viewers'] as const
export type Visibility = (typeof VISIBILITIES)[number]

/** Stored tasks and old files may have other words, such as `visible`, the default before these words were checked. */
export const readVisibility = (word: unknown): Visibility =>
  VISIBILITIES.find((known) => known === word) ?? 'owner_only'

/** Any object, kept as it is. z.record would silently drop a key named __proto__. */
export const anyObject = z
  .unknown()
  .refine(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .meta({ type: 'object' }) as z.ZodType<Readonly<Record<string, unknown>>>

/** For how many seconds results may be reused: thirty days. */
export const LONGEST_CACHE = 2_592_000

export interface TaskLimits {
  /** Limits of an output_format: levels, and keys of all levels together. */
  readonly maxDepth: number
  readonly maxKeys: number
  readonly weightsMax: number
  readonly scoresMax: number
  /** Of both prompts of a revision together. */
  readonly parametersMax: number
  /** Seconds. */
  readonly timeoutMax: number
}

/**
 * The schemas of the fields of tasks and revisions, for requests and archives; whether null is allowed is added there.
 */
export function taskFields(limits: TaskLimits) {
  const note = z.string().max(10_000)
  const prompt = z.string().min(1).max(500_000)
  const seconds = z.number().positive().max(limits.timeoutMax)
  const modelReference = z.string().min(1).max(200)
  return {
    name: z.string().regex(/^[A-Za-z0-9 _-]{1,63}$/, 'expected 1-63 letters, digits, spaces, - or _'),
    alias: taskAlias,
    description: note,
    output_modality: z.enum(OUTPUT_MODALITIES),
    task_run_visibility: z.enum(VISIBILITIES),
    timeout: seconds,
    queue_timeout: seconds,
    on_lost_attempt: z.enum(['retry', 'fail']),
    on_truncated: z.enum(['accept', 'fail']),
    output_retries: z.int().min(0).max(3),
    cache: z.int().min(0).max(LONGEST_CACHE),
    scores: scoresSchema(limits.scoresMax),

    annotation: note,
    system_prompt: prompt,
    user_prompt: prompt,
    llm_model_id: modelReference,
    llm_config: llmConfigSchema,
    output_format: outputFormatSchema(limits),
    input_processors: z.array(z.unknown()).max(100),
    rag: anyObject,
    task_forwarder_id: z.string().max(100),
    fallback_llm_model_id: modelReference,
    fallback_llm_config: llmConfigSchema,
  }
}
