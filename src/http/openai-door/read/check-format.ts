import { z } from 'zod'
import { compareSchemas } from '../../../output/compare-schemas.ts'
import { compileOutput } from '../../../output/compile-output.ts'
import type { JsonSchema } from '../../../output/output-schema.ts'
import { ValidationError } from '../../../platform/errors.ts'
import { noProto } from '../../../platform/json/no-proto.ts'
import type { Revision } from '../../../tasks/task.ts'

const FORMATS = ['text', 'json_object', 'json_schema'] as const

/** `response_format` of chat completions. */
export const chatFormat = noProto(
  z.looseObject({
    type: z.enum(FORMATS),
    json_schema: noProto(z.looseObject({ schema: z.unknown().optional() })).nullish(),
  }),
)
/** `text.format` of responses. */
export const textFormat = noProto(z.looseObject({ type: z.enum(FORMATS), schema: z.unknown().optional() }))

/** What an answer is to be, as either API says it. */
export interface AskedFormat {
  readonly type: (typeof FORMATS)[number]
  readonly schema: unknown
  readonly place: readonly string[]
}

/** Revisions never change, and neither does what their format is compiled to. */
const compiled = new WeakMap<object, JsonSchema>()

/**
 * Makes sure that every revision which may be drawn answers as the client expects: a client that parses with a schema
 * has to find what it asked for.
 * @returns paths within the request of what is asked for and not checked
 * @throws {ValidationError} for a format that the task does not answer in
 */
export function checkFormat(asked: AskedFormat | null, revisions: readonly Revision[]): string[] {
  if (!asked || asked.type === 'text') return []
  const place = ['body', ...asked.place]
  if (revisions.some(({ output_format: format }) => format === null)) {
    throw ValidationError.at(
      [...place, 'type'],
      'the task answers with text; ask for {"type": "text"} or nothing',
    )
  }
  if (asked.type === 'json_object') return []
  if (asked.schema === undefined || asked.schema === null) {
    throw ValidationError.at([...place, 'schema'], 'field required', 'missing')
  }
  const unchecked = new Set<string>()
  for (const { output_format: format } of revisions) {
    const compared = compareSchemas(schemaOf(format ?? {}), asked.schema)
    if (compared.misfit !== null) {
      const msg = `it differs from the task's output_format: ${compared.misfit}`
      throw ValidationError.at([...place, 'schema'], msg)
    }
    for (const path of compared.unchecked) unchecked.add([...asked.place, 'schema', path].join('.'))
  }
  return [...unchecked]
}

function schemaOf(format: NonNullable<Revision['output_format']>): JsonSchema {
  const known = compiled.get(format) ?? compileOutput(format).jsonSchema
  compiled.set(format, known)
  return known
}
