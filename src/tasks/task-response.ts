import { z } from 'zod'
import { outputFormatShape } from '../output/output-format.ts'
import { shownId } from '../platform/id-schema.ts'
import { OUTPUT_MODALITIES } from './output-modality.ts'
import { scoreSchema } from './scores/score.ts'
import { llmConfigSchema, VISIBILITIES } from './task-fields.ts'

const tags = z.array(z.object({ id: shownId, name: z.string() }))
/** Stored parameters are shown as they are, even if this version no longer accepts one of their values. */
const llmConfig = z
  .object({ ...llmConfigSchema.shape, reasoning_effort: z.string().optional() })
  .meta({ id: 'StoredLlmConfig' })
const modality = z.enum(OUTPUT_MODALITIES)

const revisionExample = {
  id: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a',
  created: '2026-01-15T09:00:00.000Z',
  modified: '2026-01-15T09:00:00.000Z',
  active: true,
  test: false,
  annotation: null,
  system_prompt: 'You judge the sentiment of texts.',
  user_prompt: 'Judge this text: {text}',
  llm_model_id: '6f1f8f3c-2b0a-5c1d-9e7f-0a1b2c3d4e5f',
  llm_config: { temperature: 0 },
  output_modality: 'json',
  output_format: { sentiment: { type: 'string', options: ['positive', 'negative'] }, confidence: 'number' },
  input_params: ['text'],
  image_required: false,
  file_input_mode: null,
  optimise_images: true,
  input_processors: null,
  rag: null,
  task_forwarder_id: null,
  fallback_llm_model_id: null,
  fallback_llm_config: null,
  tags: [],
}

/** A revision on the wire. All members are always there. */
export const revisionResponse = z
  .object({
    id: shownId,
    created: z.iso.datetime(),
    modified: z.iso.datetime(),
    active: z.boolean().meta({ description: 'Whether it has a share of the traffic.' }),
    test: z.boolean().meta({ description: 'A test revision is run only by its id or a tag.' }),
    annotation: z.string().nullable(),
    system_prompt: z.string(),
    user_prompt: z.string(),
    llm_model_id: z.string(),
    llm_config: llmConfig.nullable(),
    output_modality: modality,
    output_format: outputFormatShape.nullable(),
    input_params: z.array(z.string()).meta({ description: 'Names of the parameters in the prompts.' }),
    image_required: z.boolean(),
    file_input_mode: z.enum(['none', 'image', 'file']).nullable().meta({
      description: 'Which files a run has: none, an image, or documents and images; null: images, if any.',
    }),
    optimise_images: z.boolean(),
    input_processors: z.array(z.unknown()).nullable(),
    rag: z.looseObject({}).nullable(),
    task_forwarder_id: z.string().nullable(),
    fallback_llm_model_id: z.string().nullable(),
    fallback_llm_config: llmConfig.nullable(),
    tags,
  })
  .meta({ id: 'Revision', description: 'One immutable version of a task.', examples: [revisionExample] })

/** A task on the wire. All members are always there. */
export const taskResponse = z
  .object({
    id: shownId,
    project_id: shownId,
    name: z.string(),
    alias: z.string().meta({
      description: 'What OpenAI’s clients may name in `prompt.id`; the one of its id unless another was set.',
    }),
    description: z.string(),
    enabled: z.boolean(),
    output_modality: modality,
    public: z.boolean(),
    exposed_to_agents: z.boolean(),
    task_run_visibility: z.enum(VISIBILITIES).meta({
      description: 'Kept and shown, not acted on: access is by token, project and scope.',
    }),
    created: z.iso.datetime(),
    modified: z.iso.datetime(),
    revisions: z.array(revisionResponse).meta({ description: 'Newest first.' }),
    active_revisions: z.array(z.object({ task_revision_id: shownId, weight: z.number().min(0) })),
    timeout: z.number().nullable().meta({
      description: 'Seconds that a run may take in all; null for the server’s default.',
    }),
    queue_timeout: z.number().nullable().meta({
      description: 'Seconds within which a run has to be started; null for the server’s default.',
    }),
    on_lost_attempt: z.enum(['retry', 'fail']).meta({
      description: 'What follows when a worker is lost while its model call may have been paid.',
    }),
    on_truncated: z.enum(['accept', 'fail']).meta({
      description: 'Whether a text that was cut short is a response all the same; only for text.',
    }),
    output_retries: z.int().min(0).meta({
      description: 'How often an answer that is no response is asked for again.',
    }),
    cache: z.int().min(0).meta({
      description:
        'Seconds for which results of its runs are reused by runs that ask the same; 0: not at all.',
    }),
    scores: z.record(z.string(), scoreSchema).meta({
      description: 'What feedback on its runs may say, by name.',
    }),
    access_token: z.string().nullable(),
    tags,
  })
  .meta({
    id: 'Task',
    description: 'A prompt with a name: what callers run.',
    examples: [
      {
        id: '019a5f0e-6a20-7c55-8f0e-5b0d1a2c3d4e',
        project_id: '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c',
        name: 'Sentiment',
        alias: 'pmpt_019a5f0e6a207c558f0e5b0d1a2c3d4e',
        description: '',
        enabled: true,
        output_modality: 'json',
        public: false,
        exposed_to_agents: false,
        task_run_visibility: 'owner_only',
        created: '2026-01-15T09:00:00.000Z',
        modified: '2026-01-15T09:00:00.000Z',
        revisions: [revisionExample],
        active_revisions: [{ task_revision_id: revisionExample.id, weight: 1 }],
        timeout: null,
        queue_timeout: null,
        on_lost_attempt: 'retry',
        on_truncated: 'fail',
        output_retries: 1,
        cache: 0,
        scores: { helpful: { type: 'boolean', good: true } },
        access_token: null,
        tags: [],
      },
    ],
  })
