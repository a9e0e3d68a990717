import { hash } from 'node:crypto'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Shown } from '../../platform/shown.ts'
import type { taskResponse } from '../../tasks/task-response.ts'

type ShownTask = Pick<Shown<typeof taskResponse>, 'access_token' | 'tags' | 'revisions'>

/** The request header that guards a change, and the response header that it goes by. */
export const ifMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({
      description: 'The `ETag` of the state that is to be changed, or `*`; another state is 412.',
      examples: ['"3-mk2f9x0a.c2hvd24"'],
    }),
})
/** The same for what is changed of a task by calls that do not answer with it. */
export const ifMatchOfTask = z.object({
  'if-match': ifMatch.shape['if-match'].meta({
    description: 'The `ETag` of the task whose part is to be changed, or `*`; another state is 412.',
    examples: ['"3-mk2f9x0a.c2hvd24"'],
  }),
})
/** The request header of a reader that has a representation already. */
export const ifNoneMatch = z.object({
  'if-none-match': z
    .string()
    .optional()
    .meta({
      description: 'The `ETag` of what is known already; if that is still so, the response is 304.',
      examples: ['"3-mk2f9x0a.c2hvd24"'],
    }),
})
export const etag = z.object({
  ETag: z.string().meta({
    description:
      'Names the state and, behind the dot, what is shown of it; `If-Match` looks at the state alone.',
    examples: ['"3-mk2f9x0a.c2hvd24"'],
  }),
})

/**
 * The ETag of what is shown of a task in a state: another one also where only its tags, its access token, or the
 * revisions that are shown are other ones.
 */
export const etagOfShown = (state: string, { access_token, tags, revisions }: ShownTask): string =>
  etagOfState(state, [access_token, tags, revisions.map(({ id, tags }) => [id, tags])])

/** The ETag of a state and what is shown beside it: `If-Match` looks at the state alone. */
export function etagOfState(state: string, beside: unknown): string {
  const digest = hash('sha256', JSON.stringify(beside), 'base64url').slice(0, 12)
  return `${state.slice(0, -1)}.${digest}"`
}

/**
 * Whether an `If-Match` header (RFC 9110, 13.1.1) asks for the state that a strong ETag names, whatever was shown of it.
 * Without the header every state will do, as with `*`; a weak tag matches none.
 */
export function readIfMatch(header: string | undefined): (state: string) => boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^("[^".]*)\.[\w-]*"$/, '$1"'))
  return (state) => !tags || tags.includes('*') || tags.includes(state)
}

/** The task that a path names, in the state that an `If-Match` header asks for. */
export const taskToChange = (
  { project_id, task_id }: { readonly project_id: string; readonly task_id: string },
  request: Request,
) => ({ project: project_id, task: task_id, isExpected: readIfMatch(request.get('if-match')) })

/**
 * Sets the ETag, and answers 304 where `If-None-Match` (RFC 9110, 13.1.2) names it. Not Express's way, to which a client
 * that says `no-cache`, as browsers do with every condition of a script, knows nothing.
 * @returns whether it has answered
 */
export function answersNotModified(request: Request, response: Response, etag: string): boolean {
  response.setHeader('ETag', etag)
  const header = request.headers['if-none-match']
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (!tags.includes(etag) && !tags.includes('*')) return false
  response.status(304).end()
  return true
}
