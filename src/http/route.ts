import type { Request, Response } from 'express'
import { z } from 'zod'
import { type ApiError, type Reason, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import type { Caller } from '../tenancy/caller.ts'
import type { Scope } from '../tenancy/tenant.ts'

export type Method = 'get' | 'post' | 'delete'

/** What a handler is given: everything in it has been checked. */
export interface Context<P, Q, B> {
  readonly caller: Caller
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Fires when the client has gone away. */
  readonly gone: AbortSignal
  readonly request: Request
  readonly response: Response
}

export type Reword = (refusal: ApiError | ValidationError) => ApiError

/**
 * One endpoint: a declaration with schemas, and a short handler. What the handler returns is sent as JSON with 200;
 * undefined means that it has answered by itself.
 */
export interface Endpoint<P = unknown, Q = unknown, B = unknown> {
  readonly method: Method
  readonly path: string
  readonly summary: string
  /** What the caller's token must hold; `any`: a valid token is enough; `open`: none is needed. */
  readonly scope: Scope | 'any' | 'open'
  readonly params: z.ZodType<P>
  readonly query: z.ZodType<Q>
  /** Absent: the body is not read. */
  readonly body?: z.ZodType<B>
  /** Shape of the JSON that a 200 brings, for the OpenAPI document. Absent: it answers with no JSON. */
  readonly answer?: z.ZodType
  /** What it may refuse with, beyond what every endpoint may (authentication, validation, the store). */
  readonly reasons?: readonly Reason[]
  /** How it words a refusal, where a standard says that; absent: as everywhere. */
  readonly reword?: Reword
  handle(context: Context<P, Q, B>): Promise<unknown>
}

/** Declares an endpoint; only there to infer the types of its handler. */
export function endpoint<P, Q, B = undefined>(declared: Endpoint<P, Q, B>): Endpoint {
  return declared as unknown as Endpoint
}

const id = z.uuid().toLowerCase()
export const noParams = z.object({})
export const orgParams = z.object({ org_id: id })
export const projectParams = orgParams.extend({ project_id: id })
export const taskParams = projectParams.extend({ task_id: id })
export const runParams = taskParams.extend({ run_id: id })
/** Unknown query parameters are ignored, as everywhere on the web. */
export const noQuery = z.object({})
export const pageQuery = z.object({
  cursor: id.optional(),
  page_limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(100),
})

/** The path of a project, and of what is in it. */
export const PROJECT = '/org/:org_id/project/:project_id'

/** A page of a list, in the contract's envelope. `found` holds one more than the limit where there is more. */
export function page<T extends { id: string }>(found: readonly T[], limit: number) {
  const results = found.slice(0, limit)
  const hasNext = found.length > limit
  return {
    results,
    pagination: {
      next_cursor: hasNext ? (results.at(-1)?.id ?? null) : null,
      has_next: hasNext,
      page_limit: limit,
    },
  }
}

/** Checks a part of a request. @throws {ValidationError} with locations that begin with `where`. */
export function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw new ValidationError(result.error.issues.flatMap((issue) => toIssues(issue, where)))
}

/** The kinds that clients know from the service this API follows. */
const KINDS: Readonly<Record<string, string>> = {
  invalid_type: 'type_error',
  unrecognized_keys: 'extra_forbidden',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'format_error',
  invalid_value: 'enum',
}

function toIssues(issue: z.core.$ZodIssue, where: string): ValidationIssue[] {
  const loc = [where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ loc: [...loc, key], msg: 'unknown field', type: 'extra_forbidden' }))
  }
  // Whatever the kind of the field: one of several types, or one of several words, is missing in the same way.
  if (issue.input === undefined && issue.code !== 'custom')
    return [{ loc, msg: 'field required', type: 'missing' }]
  return [{ loc, msg: issue.message, type: KINDS[issue.code] ?? 'value_error' }]
}
