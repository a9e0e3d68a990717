import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import { SLOTS } from '../tasks/split/slot-targets.ts'
import { waitResponse } from './present-wait.ts'
import { RUN_STATUSES } from './run.ts'

const count = z.int().min(0)
const ms = z.number().min(0)

const runError = z
  .object({
    reason: z.string().meta({ description: 'Why it failed; branch on this.', examples: ['OUTPUT_INVALID'] }),
    message: z.string().meta({ description: 'For a person.' }),
    retryable: z.boolean().meta({ description: 'Whether the same call may succeed later.' }),
    refusal: z.string().nullable().meta({ description: 'The words of a model that refused.' }),
    partial: z.string().nullable().meta({
      description: 'What there was of the answer, as a text; null in lists with `?fields=summary`.',
    }),
  })
  .meta({ id: 'RunError' })

const timings = z
  .object({
    queued: ms,
    waiting_on_limit: ms.meta({
      description: 'Waited for limits of its models before calls, and pauses between attempts.',
    }),
    inputs: ms.meta({ description: 'Input processors, and files made ready for the model.' }),
    model: ms,
    validate: ms.meta({ description: 'The answer was read and checked, and its file made.' }),
    total: ms,
  })
  .meta({ id: 'Timings', description: 'Where the time went, in milliseconds.' })

const tokenDetails = {
  cached_tokens: count.meta({ description: 'Part of the input tokens.' }),
  reasoning_tokens: count.meta({ description: 'Part of the output tokens.' }),
  estimated: z.boolean().meta({ description: 'True where the server gave no count of the tokens.' }),
  cost_exact: z.boolean().meta({
    description:
      'False where tokens are estimated, were charged at another price for want of their own, or where a call may have ' +
      'been charged whose answer is lost.',
  }),
}
const credits = z.string().regex(/^\d+\.\d\d$/)
const possibleCredits = credits.meta({
  description:
    'What calls may have cost whose answers are lost (worker lost, cancelled, out of time, connection cut): the prompt as ' +
    'estimated, and `max_tokens` or else the most that the model is known to write. Not part of `charged_credits`.',
})
const finishReason = z
  .string()
  .nullable()
  .meta({
    description: 'How the model’s answer ended, in the word of its server; null where it said nothing.',
    examples: ['stop'],
  })

const attempt = z
  .object({
    number: z.int().min(1),
    started: z.iso.datetime(),
    ended: z.iso.datetime().nullable().meta({ description: 'Null while its call may be under way.' }),
    outcome: z.string().meta({
      description:
        '`open`, `succeeded`, `invalid`, `lost`, `cancelled`, `expired`, or the kind of the model’s failure.',
    }),
    model: z.string().nullable(),
    input_tokens: count,
    output_tokens: count,
    ...tokenDetails,
    possible_credits: possibleCredits,
    finish_reason: finishReason,
    code: z.string().nullable().meta({
      description:
        'Why it failed, in the server’s own word (`insufficient_quota`) or as a code of the connection (`ENOTFOUND`).',
    }),
  })
  .meta({ id: 'Attempt', description: 'One call of a model for the run.' })

const example = {
  id: '019a5f0e-7c1d-7b7e-9d3c-2f6b1c0a8e00',
  task_id: '019a5f0e-6a20-7c55-8f0e-5b0d1a2c3d4e',
  project_id: '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c',
  task_revision_id: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a',
  split: 3,
  slot: 11_275,
  shadow_of: null,
  user_id: '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d',
  created: '2026-01-15T09:30:00.000Z',
  status: 'succeeded',
  done: true,
  response: { sentiment: 'positive', confidence: 0.97 },
  run_data: { submitted: { text: 'I love this' }, files: [], file_names: [] },
  files: [],
  input_tokens: 42,
  output_tokens: 12,
  total_tokens: 54,
  cached_tokens: 0,
  reasoning_tokens: 0,
  estimated: false,
  cost_exact: true,
  input_processor_timing: 0,
  llm_call_timing: 0.412,
  charged_credits: '0.00',
  possible_credits: '0.00',
  is_error: false,
  error: null,
  finish_reason: 'stop',
  llm_retries: 0,
  used_fallback_model: false,
  primary_failure_reason: null,
  fallback_llm_model_id: null,
  reporting_group: null,
  reference: 'order-1234',
  model: 'simulated-large',
  llm_model_id: '6f1f8f3c-2b0a-5c1d-9e7f-0a1b2c3d4e5f',
  llm_config: { temperature: 0 },
  prompt_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  output_check: 'valid',
  deadline: '2026-01-15T09:40:00.000Z',
  settled: '2026-01-15T09:30:00.431Z',
  trace_id: null,
  timings: { queued: 6, waiting_on_limit: 0, inputs: 0, model: 412, validate: 1, total: 431 },
  waiting_on: null,
  scores: { helpful: true },
  attempts: [
    {
      number: 1,
      started: '2026-01-15T09:30:00.012Z',
      ended: '2026-01-15T09:30:00.424Z',
      outcome: 'succeeded',
      model: 'simulated-large',
      input_tokens: 42,
      output_tokens: 12,
      cached_tokens: 0,
      reasoning_tokens: 0,
      estimated: false,
      cost_exact: true,
      possible_credits: '0.00',
      finish_reason: 'stop',
      code: null,
    },
  ],
}

/** A run on the wire. All members are always there; numbers are 0 until the run has ended. */
export const runResponse = z
  .object({
    id: shownId,
    task_id: shownId,
    project_id: shownId,
    task_revision_id: shownId.nullable().meta({ description: 'Null until one is drawn.' }),
    split: count.nullable().meta({
      description:
        'Number of the version of the weights that its revision was drawn by, as in `traffic_history`; null where it was not drawn, or not yet.',
    }),
    shadow_of: shownId.nullable().meta({
      description: 'The run of a caller that it was made beside; null for a caller’s own.',
    }),
    slot: z
      .int()
      .min(0)
      .max(SLOTS - 1)
      .nullable()
      .meta({
        description: 'Its slot in the table by which revisions are drawn; null where the caller chose one.',
      }),
    user_id: z.string().meta({ description: 'Id of the token that started it.' }),
    created: z.iso.datetime(),
    status: z.enum(RUN_STATUSES),
    done: z.boolean().meta({ description: 'True once the status is final: stop polling.' }),
    response: z.unknown().meta({
      description:
        'What the task’s `output_format` describes, a string for text; of a task that answers with a file, `file`, its name ' +
        'in `files`, `media_type`, `bytes` and `text`. Null until it succeeded.',
    }),
    run_data: z.object({
      submitted: z.record(z.string(), z.unknown()).meta({
        description:
          'The inputs as they were sent. What input processors gave stands in place of what they were given, which is in ' +
          '`<param>_preprocessed`, once the run has ended.',
      }),
      files: z.array(z.string()),
      file_names: z.array(z.string().nullable()).meta({
        description:
          'What the caller called each of the `files`; null where that was not said or is not kept.',
      }),
    }),
    files: z.array(z.string()).meta({
      description: 'Names for `.../file/{name}`, in the order sent; last the one that the task answers with.',
    }),
    input_tokens: count,
    output_tokens: count,
    total_tokens: count,
    ...tokenDetails,
    input_processor_timing: z.number().min(0).meta({ description: 'Seconds; `inputs` of `timings`.' }),
    llm_call_timing: z.number().min(0).meta({ description: 'Seconds.' }),
    charged_credits: credits.meta({ description: 'Decimal; `0.00` without prices.' }),
    possible_credits: possibleCredits,
    is_error: z.boolean(),
    error: runError.nullable(),
    finish_reason: finishReason,
    llm_retries: count,
    used_fallback_model: z.boolean(),
    primary_failure_reason: z.string().nullable(),
    fallback_llm_model_id: z.string().nullable(),
    reporting_group: z.string().nullable(),
    reference: z.string().nullable(),
    model: z.string().nullable().meta({ description: 'Name of the model that answered last.' }),
    llm_model_id: z.string().nullable(),
    llm_config: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Parameters really used; until the run has ended, those of the call.' }),
    prompt_hash: z.string().nullable().meta({ description: 'SHA-256 of the rendered prompts, hexadecimal.' }),
    output_check: z.enum(['valid', 'repaired', 'invalid']).nullable(),
    deadline: z.iso.datetime().meta({ description: 'When it expires if it has not ended.' }),
    settled: z.iso.datetime().nullable().meta({ description: 'When it ended.' }),
    trace_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .nullable()
      .meta({
        description: 'The OpenTelemetry trace that it belongs to; null where the server traces nothing.',
      }),
    timings: timings.nullable(),
    waiting_on: waitResponse.nullable().meta({
      description: 'The limit that it waits for while it is queued, as far as is known; else null.',
    }),
    scores: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])).meta({
      description: 'What was said of it last, by the names of the scores that its task declares.',
    }),
    attempts: z.array(attempt),
  })
  .meta({ id: 'Run', examples: [example] })

/** What a summary leaves out. */
const LEFT_OUT = { response: true, run_data: true, attempts: true } as const

export const runSummary = runResponse.omit(LEFT_OUT)

/** A run in a list: with `?fields=summary`, what may be large is absent. */
export const listedRun = runResponse.partial(LEFT_OUT).meta({
  id: 'ListedRun',
  description: 'A run; with `?fields=summary` without `response`, `run_data` and `attempts`.',
  examples: [example],
})
