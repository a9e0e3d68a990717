import type { Response } from 'express'
import { z } from 'zod'
import { ValidationError, type ValidationIssue } from '../../platform/errors.ts'
import { check, issuesOf } from '../check-request.ts'
import { nameIgnored } from '../headers/ignored-fields.ts'
import type { Endpoint } from '../route.ts'
import type { ReadBody } from './body.ts'
import { readForm } from './read-form.ts'
import { type UnknownMember, unknownMembersIn } from './unknown-members.ts'

export interface CheckedBody {
  readonly body: unknown
  /** Names of members at the root that nobody knows. */
  readonly ignored: readonly string[]
}

/**
 * Makes the check of an endpoint's body. What it does not know is ignored, since clients send members of other versions,
 * and named in `x-ignored-fields`; but what was probably meant to be a member that it knows is refused.
 */
export function createBodyCheck(
  declared: Pick<Endpoint, 'body' | 'readBody' | 'readFields' | 'files' | 'response' | 'door'>,
): (read: ReadBody, response: Response) => CheckedBody | Promise<CheckedBody> {
  const schema = declared.body ?? z.undefined()
  // Nobody sends back what the door answers.
  const familiar = declared.door ? [] : namesIn(declared.response)
  const { readFields } = declared
  const fieldsOf = (fields: unknown) => readFields?.(fields as Record<string, string>) ?? fields
  const unknownIn = unknownMembersIn(schema, new Set(familiar))
  return (read, response) => {
    const stray = read.files.find(({ field }) => !Object.hasOwn(declared.files ?? {}, field))
    if (stray) throw ValidationError.at(['body', stray.field], 'no file is taken here', 'extra_forbidden')
    const sent = read.isForm ? readForm(schema, fieldsOf(read.fields)) : read.fields
    if (declared.readBody) return declared.readBody(sent).then((body) => ({ body, ignored: [] }))
    const unknown = unknownIn(sent)
    if (unknown.length === 0) return { body: check(schema, sent, 'body'), ignored: [] }
    const slips = unknown.filter(({ meant }) => meant !== null)
    const ignored = unknown.filter(({ meant }) => meant === null)
    nameIgnored(
      response,
      ignored.map(({ path, name }) => [...path, name].join('.')),
    )
    if (slips.length > 0) {
      throw new ValidationError([...slips.map(toIssue), ...issuesOf(() => check(schema, sent, 'body'))])
    }
    const atRoot = ignored.filter(({ path }) => path.length === 0)
    return { body: check(schema, sent, 'body'), ignored: atRoot.map(({ name }) => name) }
  }
}

function toIssue({ path, name, meant }: UnknownMember): ValidationIssue {
  return {
    loc: ['body', ...path, name],
    msg: `unknown field; did you mean ${meant}?`,
    type: 'extra_forbidden',
  }
}

/** Members of a response, and of the objects in its lists: what a client may send back as it was read. */
function namesIn(schema: z.core.$ZodType | null): string[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).flatMap(([name, member]) => [
    name,
    ...(member instanceof z.ZodArray ? namesIn(member.element) : []),
  ])
}
