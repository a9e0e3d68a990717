import { z } from 'zod'
import { parseJson } from './parse-json.ts'

/**
 * What the fields of a form stand for. A form has only text, so the schema of each field decides: where it takes the
 * text, text is meant, even if it looks like JSON; where it does not, the text is read as JSON. What is no JSON
 * either stays text, for the schema to refuse.
 */
export function readForm(schema: z.ZodType, fields: unknown): unknown {
  const shape = shapeOf(schema)
  if (!shape || typeof fields !== 'object' || fields === null) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => {
      const wanted = Object.hasOwn(shape, name) ? shape[name] : undefined
      const isText = !wanted || typeof text !== 'string' || z.safeParse(wanted, text).success
      return [name, isText ? text : readJson(text)]
    }),
  )
}

/** The names of the fields that a body has. */
export function memberNames(schema: z.core.$ZodType | undefined): string[] {
  return Object.keys((schema && shapeOf(schema)) ?? {})
}

/** The fields of an object's schema, also of one that is transformed afterwards; null where it has none. */
function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | null {
  if (schema instanceof z.ZodObject) return schema.shape
  return schema instanceof z.ZodPipe ? shapeOf(schema.in) : null
}

function readJson(text: string): unknown {
  // An empty field is an empty text and no empty object.
  if (text.trim() === '') return text
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
