import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import { SLOTS } from '../tasks/split/slot-targets.ts'
import { waitResponse } from './present-wait.ts'
import { RUN_STATUSES } from './run.ts'
import { RUN_EXAMPLE } from './run-example.ts'

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
    }),
    files: z.array(z.string()).meta({
      description: 'Names for `.../file/{name}`, in the order sent; last the one that the task answers with.',
    }),
    file_names: z.array(z.string().nullable()).meta({
      description: 'What the caller called each of the `files`; null where that was not said or is not kept.',
    }),
    input_tokens: count,
    output_tokens: count,
    total_tokens: count,
    ...tokenDetails,
    input_processor_timing: z.number().min(0).meta({ description: 'Seconds; `inputs` of `timings`.' }),
    llm_call_timing: z.number().min(0).meta({ description: 'Seconds.' }),
    charged_credits: credits.meta({ description: 'Decimal; `0.00` without prices.' }),
    possible_credits: possibleCredits,
    cached_from: shownId.nullable().meta({
      description: 'The run whose result it has, since it asks the same; null where it was executed itself.',
    }),
    saved_credits: credits.meta({ description: 'What that other run cost; `0.00` without one.' }),
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
  .meta({ id: 'Run', examples: [RUN_EXAMPLE] })

/** What a summary leaves out. */
const LEFT_OUT = { response: true, run_data: true, attempts: true } as const

export const runSummary = runResponse.omit(LEFT_OUT)

/** A run in a list: with `?fields=summary`, what may be large is absent. */
export const listedRun = runResponse.partial(LEFT_OUT).meta({
  id: 'ListedRun',
  description: 'A run; with `?fields=summary` without `response`, `run_data` and `attempts`.',
  examples: [RUN_EXAMPLE],
})
