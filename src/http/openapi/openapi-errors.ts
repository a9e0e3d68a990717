import { z } from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import type { Reason } from '../../platform/errors.ts'
import { shownId } from '../../platform/id-schema.ts'
import { runResponse } from '../../runs/run-response.ts'
import type { Endpoint } from '../route.ts'
import { MEANINGS } from './reasons.ts'

const requestId = z.string().meta({
  description:
    'Id of the request, also in the log; that of the request’s own `X-Request-Id` if it is a sensible one.',
  header: { id: 'X-Request-Id' },
})
const traceparent = z
  .string()
  .optional()
  .meta({
    description:
      'W3C Trace Context: where the request stands in its trace, which is that of its own `traceparent` if it bears one. ' +
      'Absent where the server traces nothing.',
    header: { id: 'traceparent' },
  })
const ignoredFields = z
  .string()
  .optional()
  .meta({
    description:
      'Members of the body that are not known and were ignored; only some of them where they are many. One that looks ' +
      'like a known one is refused instead. Also an `Idempotency-Key` that the call does not act on.',
    examples: ['$schema, setting_key'],
    header: { id: 'x-ignored-fields' },
  })
/** Headers of every response. */
export const commonHeaders = {
  'X-Request-Id': requestId,
  traceparent,
  'x-ignored-fields': ignoredFields,
}
const retryAfter = z.string().meta({
  description: 'Seconds until trying again makes sense.',
  examples: ['1'],
  header: { id: 'Retry-After' },
})
const challenge = z.string().meta({
  description: 'What would be accepted.',
  examples: ['Bearer', 'Basic realm="splitrun", charset="UTF-8"'],
  header: { id: 'WWW-Authenticate' },
})

const unauthenticated = z.object({ code: z.literal(401), message: z.string() })

const issue = z
  .object({
    loc: z
      .array(z.union([z.string(), z.int()]))
      .meta({ description: 'Where: `body`, `query`, `path` or `header`, then the way down.' }),
    msg: z.string().meta({ description: 'For a person.' }),
    type: z
      .string()
      .meta({ description: 'The kind of the mistake, such as `missing` or `extra_forbidden`.' }),
  })
  .meta({ id: 'ValidationIssue' })

const invalid = z.object({ detail: z.array(issue) }).meta({ id: 'ValidationProblem' })

const missing = {
  detail: [{ loc: ['body', 'task_input', 'text'], msg: 'the prompt needs this parameter', type: 'missing' }],
}

const json = (schema: z.ZodType, examples: Record<string, { value: unknown }>) => ({
  'application/json': { schema, examples },
})

/** The same for a person. */
const AS_PAGE = { 'text/html': { schema: z.string() } }

/** What many operations answer alike is one component; for that, it must be one object. */
const shared = new Map<string, ZodOpenApiResponseObject>()

/** What an operation does differently from others when it refuses: its headers, and what stands beside `detail`. */
type OwnManner = Pick<Endpoint, 'responseHeaders' | 'errorExtension' | 'sendRefusal'>

/**
 * Answers of one status, with the closed list of reasons that an operation may give there.
 * @param own null for answers that other operations give in the same way
 */
export function errorResponse(
  status: number,
  errorCodes: readonly Reason[],
  own: OwnManner | null,
): ZodOpenApiResponseObject {
  if (own) return describeErrors(status, errorCodes, own)
  const id = errorCodes.map(inPascalCase).join('Or')
  const known = shared.get(id) ?? { id, ...describeErrors(status, errorCodes, {}) }
  shared.set(id, known)
  return known
}

const inPascalCase = (reason: string): string =>
  reason.replaceAll(/([A-Z])([A-Z]*)_?/g, (_, first: string, rest: string) => first + rest.toLowerCase())

function describeErrors(
  status: number,
  errorCodes: readonly Reason[],
  { responseHeaders, errorExtension, sendRefusal }: OwnManner,
): ZodOpenApiResponseObject {
  const detail = z.object({
    reason: z.enum(errorCodes).meta({ description: 'Branch on this.' }),
    message: z.string().meta({ description: 'For a person.' }),
    run_id: shownId.optional().meta({ description: 'Where there is a run.' }),
    retryable: z.boolean().optional().meta({ description: 'Whether the same call may succeed later.' }),
    retry_after: z.number().optional().meta({ description: 'Seconds, as in `Retry-After`.' }),
    violated_policies: z
      .array(z.string())
      .optional()
      .meta({ description: 'Names of the limits that refuse it.' }),
    run: runResponse.optional(),
    conflicts: z
      .array(issue)
      .optional()
      .meta({ description: 'What is in the way of an import, by its place.' }),
  })
  const beside = errorExtension?.shape ?? (status === 401 ? { error: unauthenticated } : {})
  const problem = z.object({ ...beside, detail })
  const examples = errorCodes.map((reason) => {
    const message = MEANINGS[reason]
    const value = { detail: { reason, message } }
    return [reason, { value: status === 401 ? { error: { code: 401, message }, ...value } : value }]
  })
  // Of words that a standard chose there are no examples here.
  if (errorExtension) examples.length = 0
  const headers = z.object({
    ...commonHeaders,
    ...headersOfStatus(status),
    ...responseHeaders?.partial().shape,
  })
  return {
    description: errorCodes.map((reason) => `- \`${reason}\`: ${MEANINGS[reason]}`).join('\n'),
    headers,
    content: {
      ...json(
        // Either what is wrong with the request by itself, or a reason that only the store could know.
        status === 422 ? z.union([invalid, problem]) : problem,
        Object.fromEntries(status === 422 ? [['missing', { value: missing }], ...examples] : examples),
      ),
      ...(sendRefusal ? AS_PAGE : {}),
    },
  }
}

/** Headers that every error of a status bears. */
export const headersOfStatus = (status: number): Readonly<Record<string, z.ZodType>> => ({
  ...(status === 401 ? { 'WWW-Authenticate': challenge } : {}),
  ...(status === 429 || status === 503 ? { 'Retry-After': retryAfter } : {}),
})

/** The answer to a request that was understood and refused. */
export const invalidResponse: ZodOpenApiResponseObject = {
  id: 'Invalid',
  description: 'Everything that is wrong with the request, each with its place.',
  headers: z.object(commonHeaders),
  content: json(invalid, { missing: { value: missing } }),
}

/** The same of an operation that shows browsers a page. */
export const invalidPage = ({ responseHeaders }: OwnManner): ZodOpenApiResponseObject => ({
  description: 'Everything that is wrong with the request, each with its place.',
  headers: z.object({ ...commonHeaders, ...responseHeaders?.partial().shape }),
  content: { ...json(invalid, { missing: { value: missing } }), ...AS_PAGE },
})
