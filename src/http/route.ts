import type { Request, Response } from 'express'
import { z } from 'zod'
import type { ApiError, Reason, ValidationError } from '../platform/errors.ts'
import { givenId, shownId } from '../platform/id-schema.ts'
import type { Shown } from '../platform/shown.ts'
import type { Span } from '../platform/tracing/tracing.ts'
import type { Caller } from '../tenancy/caller.ts'
import type { Scope } from '../tenancy/tenant.ts'
import type { Tag } from './openapi/api-info.ts'

export type Method = 'get' | 'post' | 'delete'

/** What a handler is given: everything in it has been checked. */
export interface Context<P, Q, B> {
  readonly caller: Caller
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Members of the body that the endpoint does not know; they are named in the response. */
  readonly ignored: readonly string[]
  /** Fires when the client has closed the connection. */
  readonly clientClosed: AbortSignal
  /** False once the caller may not make this request any more; what cannot be asked now is taken for true. */
  readonly mayStill: () => Promise<boolean>
  readonly request: Request
  readonly response: Response
  /** What the request is in its trace. */
  readonly span: Span
}

export type MapError = (refusal: ApiError | ValidationError) => ApiError

export type SendRefusal = (response: Response, status: number, refusal: ApiError | ValidationError) => void

/** The JSON of the response, or undefined when the handler has sent the response itself. */
type HandlerResult<A> = [A] extends [z.ZodType]
  ? Promise<Shown<A> | undefined> | Promise<void>
  : [A] extends [null]
    ? Promise<void>
    : Promise<unknown>

/**
 * One endpoint: a declaration with schemas, and a short handler. What the handler returns is sent as JSON with 200;
 * undefined means that the handler has sent the response itself. The OpenAPI document is made of these declarations.
 */
export interface Endpoint<
  P = unknown,
  Q = unknown,
  B = unknown,
  A extends z.ZodType | null = z.ZodType | null,
> {
  readonly method: Method
  readonly path: string
  /**
   * `openai`: an endpoint of OpenAI's clients. It is served at the root only, in the project of the caller's token, and refuses
   * in OpenAI's shape. Absent: it is served on every mount, and its path names the project.
   */
  readonly door?: 'openai'
  /** What generated clients call it: unique, and never renamed. */
  readonly operation: string
  readonly tag: Tag
  readonly summary: string
  /** What a summary has no room for; CommonMark. */
  readonly description?: string
  /**
   * What the caller's token must hold; `project`: any token of a project will do, and the administrator's; `any`: a valid token is
   * enough; `open`: none is needed.
   */
  readonly scope: Scope | 'project' | 'any' | 'open'
  readonly params: z.ZodType<P>
  readonly query: z.ZodType<Q>
  /** Request headers that the endpoint reads, in lower case: checked here, read from `request`. */
  readonly headers?: z.ZodObject
  /** Absent: the body is not read. */
  readonly body?: z.ZodType<B>
  /** Checks a body that may hold thousands of things, a piece at a time. Absent: its schema does, at once. */
  readonly readBody?: (sent: unknown) => Promise<B>
  /** What the fields of a form are, before the schema reads them. Absent: each is a member of the body. */
  readonly readFields?: (fields: Readonly<Record<string, string>>) => Record<string, unknown>
  /** True where a JSON body may hold files in base64, beyond the limit of bodies. */
  readonly filesInJson?: boolean
  /** The member of a JSON body whose numbers stay as they are written, also where a double cannot hold them. */
  readonly exactMember?: string
  /** Names of the fields that take files, with what they are for; other files are refused. */
  readonly files?: Readonly<Record<string, string>>
  /** Bytes of the body without its files; absent: what the settings say for all. */
  readonly bodyLimit?: number
  /** Schema of the JSON of a 200. Null: the response is no JSON, but one of `media`. */
  readonly response: A
  /** When the response is 202, with the same JSON as 200. Absent: never. */
  readonly accepted?: string
  /** When the response is 204, without a body. Absent: never. */
  readonly noContent?: string
  /** Media types of a response that is no JSON. */
  readonly media?: readonly string[]
  /** True where a `Range` of the media is answered with 206. */
  readonly ranges?: boolean
  /** When the response is 302, to where the media are. Absent: never. */
  readonly elsewhere?: string
  /** Response headers beyond those of every response. */
  readonly responseHeaders?: z.ZodObject
  /** Error codes of this endpoint, beyond those of every endpoint (authentication, validation, the store). */
  readonly errorCodes: readonly Reason[]
  /** Maps an error to the one that a standard asks for; absent: errors go out as they are. */
  readonly mapError?: MapError
  /** Shows a refusal to a person whose browser asked for a page. Absent: everybody gets JSON. */
  readonly sendRefusal?: SendRefusal
  /** What then stands beside the `detail` of a refusal. */
  readonly errorExtension?: z.ZodObject
  handle(context: Context<P, Q, B>): HandlerResult<A>
}

/** Declares an endpoint; only there to infer the types of its handler. */
export function endpoint<P, Q, A extends z.ZodType | null, B = undefined>(
  declared: Endpoint<P, Q, B, A>,
): Endpoint {
  return declared as unknown as Endpoint
}

export const noParams = z.object({})
const idOf = (what: string) =>
  givenId.meta({ description: `Id of the ${what}.`, param: { id: `${what}_id` } })
export const orgParams = z.object({ org_id: idOf('organisation') })
export const projectParams = orgParams.extend({ project_id: idOf('project') })
export const taskParams = projectParams.extend({ task_id: idOf('task') })
export const tagParams = projectParams.extend({ tag_id: idOf('tag') })
export const runParams = taskParams.extend({ run_id: idOf('run') })
/** Unknown query parameters are ignored, as everywhere on the web. */
export const noQuery = z.object({})
export const pageQuery = z.object({
  cursor: givenId.optional().meta({
    description: '`next_cursor` of the page before; none for the first.',
    param: { id: 'cursor' },
  }),
  page_limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(100)
    .meta({ description: 'Most results.', param: { id: 'page_limit' } }),
})

/** The path of a project, and of what is in it. */
export const PROJECT = '/org/:org_id/project/:project_id'

const pagination = z
  .object({
    next_cursor: shownId.nullable().meta({ description: 'Null on the last page.' }),
    has_next: z.boolean(),
    page_limit: z.int().min(1).max(100),
  })
  .meta({
    id: 'Pagination',
    examples: [{ next_cursor: null, has_next: false, page_limit: 100 }],
  })

/** The envelope of a list. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ results: z.array(item), pagination })

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
