import type { ObjectShape, Shape } from './output-shape.ts'

export type JsonSchema = Record<string, unknown>

/**
 * A shape as a JSON Schema for OpenAI's strict mode: every key is required, no others are allowed, and optional keys
 * may be null.
 */
export function jsonSchemaOf(shape: Shape): JsonSchema {
  const description = shape.description === undefined ? {} : { description: shape.description }
  if (shape.kind === 'object' || shape.kind === 'array') {
    const schema = shape.kind === 'object' ? objectSchema(shape) : listSchema(shape.items)
    return shape.nullable
      ? { anyOf: [schema, { type: 'null' }], ...description }
      : { ...schema, ...description }
  }
  const orNull = shape.nullable ? [null] : []
  return {
    type: shape.nullable ? [shape.kind, 'null'] : shape.kind,
    ...(shape.options && { enum: [...shape.options, ...orNull] }),
    ...description,
  }
}

function objectSchema({ fields }: ObjectShape): JsonSchema {
  const properties = Object.fromEntries([...fields].map(([key, field]) => [key, jsonSchemaOf(field)]))
  return { type: 'object', properties, required: [...fields.keys()], additionalProperties: false }
}

function listSchema(items: Shape): JsonSchema {
  return { type: 'array', items: jsonSchemaOf(items) }
}
