import { z } from 'zod'
import { ApiError, ValidationError } from '../platform/errors.ts'
import { givenId } from '../platform/id-schema.ts'
import type { CacheWish } from '../runs/reuse/cache-use.ts'
import type { SubmittedFile } from '../runs/start/submission.ts'
import { anyObject, LONGEST_CACHE, llmConfigSchema } from '../tasks/task-fields.ts'
import type { BodyLimits, SentFile } from './body/body.ts'
import { decodeBase64 } from './body/decode-base64.ts'
import { parseJson } from './body/parse-json.ts'
import { fileNameOf } from './body/read-multipart.ts'

const flag = z.stringbool().default(false)
/** Seconds in a query; an empty text says nothing of them. */
export const secondsText = z.preprocess(
  (text) => (text === '' ? undefined : text),
  z.coerce.number().min(0).optional(),
)
/** Seconds: thirty days. */
const LONGEST_TIMEOUT = 2_592_000

/** How those who watch a run are told what its model says. */
export const deltaForm = z.enum(['text', 'fields']).default('text').meta({
  description:
    'For who watches a run: pieces of the answer’s `text`, or operations on the object that it becomes (`fields`).',
})

/** Keeps an end user with a revision. */
export const splitKey = z.string().min(1).max(200).optional().meta({
  description:
    'Runs with the same key get the same revision, and keep it as long as the weights allow: the id of an end user or a session, for instance. It is hashed, not stored.',
})

/** Query of a run. `revision` is the older spelling of `revision_id`. */
export const runQuery = z.object({
  revision_id: givenId
    .optional()
    .meta({ description: 'The revision to run, active or not; one is drawn by weight where none is named.' }),
  revision: givenId.optional().meta({ description: 'Older spelling of `revision_id`.' }),
  reporting_group: z.string().min(1).max(100).optional().meta({ description: 'What reports may filter by.' }),
  use_fallback_model: flag.meta({ description: 'Asks the fallback model at once.' }),
  wait: secondsText.meta({
    description: 'Seconds to wait before a 202; 0 not at all. The server has a longest wait.',
  }),
  revision_tag: z
    .string()
    .regex(/^[A-Za-z0-9]{1,15}$/, 'expected 1-15 letters or digits')
    .optional()
    .meta({ description: 'A tag’s name: the newest revision that bears it is run.' }),
  split_key: splitKey,
  timeout: z.coerce.number().positive().max(LONGEST_TIMEOUT).optional().meta({
    description:
      'Seconds until the run expires, wherever it is then; the task’s or the server’s where absent.',
  }),
  as: deltaForm,
  on_limit: z.enum(['wait', 'fail']).default('wait').meta({
    description:
      'What happens when a limit of the model is in the way: the run waits, or fails with RATE_LIMITED (429).',
  }),
  cache: z
    .string()
    .refine(
      (text) => text === '' || readCache(text) !== null,
      `expected whole seconds up to ${LONGEST_CACHE}, false or refresh`,
    )
    .optional()
    .meta({
      description:
        'What of the task’s `cache` holds for this run: seconds (its result is kept so long, and none is reused that is ' +
        'older), `0` or `false` (it has no part in it), or `refresh` (it is executed, and its result is kept).',
      examples: ['3600', 'refresh'],
    }),
  on_disconnect: z.enum(['continue', 'cancel']).default('continue').meta({
    description: 'What becomes of the run when a caller who waits goes away.',
  }),
})

/** What a caller says of the reuse of results; null for nothing that is known. */
export function readCache(text: string | undefined): CacheWish {
  if (text === 'refresh') return text
  if (text === 'false' || /^0+$/.test(text ?? '')) return 'off'
  const seconds = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0
  return seconds > 0 && seconds <= LONGEST_CACHE ? seconds : null
}

/** Body of a run, in either encoding; a form's `task_input` is JSON text. */
export const runBody = z
  .object({
    task_input: z
      .union([anyObject, z.string()])
      .optional()
      .meta({ description: 'The parameters of the prompts; in a form, JSON text.' }),
    task_files: z
      .array(
        z.object({
          name: z.string().max(1000).nullish().meta({
            description: 'By which processors find a document; models are told it.',
          }),
          data: z.string().meta({ description: 'The bytes in base64, a `data:` URL or not.' }),
        }),
      )
      .max(100)
      .nullish()
      .meta({ description: 'Images and documents for the model, for callers that know no forms.' }),
    reference: z.string().max(500).nullish().meta({ description: 'The caller’s own; shown in the run.' }),
    reporting_group_id: givenId.nullish().meta({
      description:
        'What reports may filter by, as the query’s `reporting_group`: a group whose name is this id.',
    }),
    llm_config: llmConfigSchema.nullish().meta({ description: 'Overrides the revision’s, key by key.' }),
  })
  .meta({ id: 'RunInput', examples: [{ task_input: { text: 'I love this' }, reference: 'order-1234' }] })

/**
 * The inputs of a run as an object.
 * @throws {ValidationError} when they are no object, or longer than `most` characters of JSON
 * @throws {ApiError} MALFORMED_JSON for a form whose text does not parse
 */
export function readInputs(
  sent: z.output<typeof runBody>['task_input'],
  most: number,
): Record<string, unknown> {
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent ?? {})
  if (text.length > most) {
    throw ValidationError.at(['body', 'task_input'], `longer than ${most} characters`, 'too_big')
  }
  const inputs = typeof sent === 'string' ? parseJson(sent, 'all') : (sent ?? {})
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    throw ValidationError.at(['body', 'task_input'], 'expected an object', 'type_error')
  }
  return inputs as Record<string, unknown>
}

/** The revision that a caller insists on, if any. @throws {ValidationError} when it is named twice, differently */
export function readRevision(query: z.output<typeof runQuery>): string | null {
  if (query.revision && query.revision_id && query.revision !== query.revision_id) {
    throw ValidationError.at(['query', 'revision'], 'contradicts revision_id')
  }
  if (query.revision_tag && (query.revision || query.revision_id)) {
    throw ValidationError.at(['query', 'revision_tag'], 'contradicts revision_id')
  }
  const named = query.revision_id ?? query.revision ?? null
  if (query.split_key && (named ?? query.revision_tag)) {
    throw ValidationError.at(['query', 'split_key'], 'contradicts the revision that is named')
  }
  return named
}

/** The group that a run counts under, if any. @throws {ValidationError} when it is named twice, differently */
export function readReportingGroup(
  query: Pick<z.output<typeof runQuery>, 'reporting_group'>,
  body: Pick<z.output<typeof runBody>, 'reporting_group_id'>,
): string | null {
  const { reporting_group: name } = query
  const { reporting_group_id: id } = body
  if (name && id && name.toLowerCase() !== id) {
    throw ValidationError.at(['body', 'reporting_group_id'], 'contradicts reporting_group')
  }
  return id ?? name ?? null
}

/** The caller's Idempotency-Key, if any. @throws {ValidationError} when it is empty, too long or not printable ASCII */
export function readIdempotencyKey(key: string | undefined): string | null {
  if (key === undefined) return null
  const problem = keyProblem(key)
  if (problem) throw ValidationError.at(['header', 'idempotency-key'], problem, 'format_error')
  return key
}

const LONGEST_KEY = 255

function keyProblem(key: string): string | null {
  if (key === '') return `it is empty; 1-${LONGEST_KEY} printable characters are expected`
  if (key.length > LONGEST_KEY) return `it has ${key.length} characters; at most ${LONGEST_KEY} are expected`
  if (/\s/.test(key)) return 'it holds a space; it may be that two keys were sent'
  return /^[\x21-\x7e]*$/.test(key) ? null : 'it holds a character that is no printable ASCII'
}

/** How long a call waits, and what to say of it in `Preference-Applied` (RFC 7240). */
export interface Wait {
  readonly ms: number
  readonly applied: string | null
  /** False where the caller said nothing of it. */
  readonly asked: boolean
}

/** `?wait=` beats `Prefer`; what neither says is the server's longest wait, which also bounds them. Seconds. */
export function readWait(
  query: { wait?: number | undefined },
  prefer: string | undefined,
  longest: number,
): Wait {
  if (query.wait !== undefined)
    return { ms: Math.min(query.wait, longest) * 1000, applied: null, asked: true }
  if (/(^|[,\s])respond-async\b/i.test(prefer ?? '') && !/\bwait\s*=/i.test(prefer ?? '')) {
    return { ms: 0, applied: 'respond-async', asked: true }
  }
  const asked = /(?:^|[,;\s])wait\s*=\s*"?(\d+(?:\.\d+)?)/i.exec(prefer ?? '')?.[1]
  if (asked === undefined) return { ms: longest * 1000, applied: null, asked: false }
  const seconds = Math.min(Number(asked), longest)
  return { ms: seconds * 1000, applied: `wait=${seconds}`, asked: true }
}

/**
 * The files of a run: those of a form, or the one that is the body, then those within JSON.
 * @throws {ApiError} TOO_MANY_FILES, FILE_TOO_LARGE
 * @throws {ValidationError} for one that is no base64
 */
export function readFiles(
  files: readonly Omit<SentFile, 'field'>[],
  inJson: z.output<typeof runBody>['task_files'],
  { filesMax, imageLimit }: Pick<BodyLimits, 'filesMax' | 'imageLimit'>,
): SubmittedFile[] {
  const decoded = (inJson ?? []).map(({ name, data }, at) => {
    const bytes = decodeBase64(data)
    if (bytes) return { name: fileNameOf(name ?? ''), data: bytes }
    throw ValidationError.at(['body', 'task_files', at, 'data'], 'expected base64', 'format_error')
  })
  const all = [...files.map(({ name, data }) => ({ name, data })), ...decoded]
  if (all.length > filesMax) {
    throw new ApiError('TOO_MANY_FILES', `At most ${filesMax} files are accepted.`)
  }
  if (all.some(({ data }) => data.length > imageLimit)) {
    throw new ApiError('FILE_TOO_LARGE', `A file is larger than ${imageLimit} bytes.`)
  }
  return all
}
