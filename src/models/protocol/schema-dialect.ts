import type { RequestRules } from '../request-rules.ts'

type Schema = Readonly<Record<string, unknown>>

/** By the schema itself, which is compiled once for a revision. */
const translated = new WeakMap<Schema, Schema>()

/** A schema in the words of a server. What cannot be said in them is left out: an answer is checked in any case. */
export function inDialect(schema: Schema, { dialect }: RequestRules): Schema {
  if (dialect !== 'gemini') return schema
  const known = translated.get(schema)
  if (known) return known
  const made = forGemini(schema)
  translated.set(schema, made)
  return made
}

/**
 * Gemini's schemas are OpenAPI's: `nullable` in place of a second type, no `additionalProperties`, and options of strings
 * only (`Schema` in the reference of its API). Without `propertyOrdering` the keys of an answer come in the order of the
 * alphabet. Its newer `responseJsonSchema` takes more, but what the door for OpenAI's clients hands on is not documented.
 */
function forGemini(schema: Schema): Schema {
  const { additionalProperties: _, properties, items, anyOf, type, enum: options, ...rest } = schema
  const all = (anyOf ?? []) as Schema[]
  const [only] = all.filter((each) => each['type'] !== 'null')
  if (only && all.length === 2) return { ...forGemini(only), ...rest, nullable: true }
  const types = [type].flat().filter((each) => each !== 'null')
  const nullable = Array.isArray(type) && type.includes('null') ? { nullable: true } : {}
  const words = Array.isArray(options) ? options.filter((each) => each !== null) : []
  const isText = words.length > 0 && words.every((each) => typeof each === 'string')
  return {
    type: types[0],
    ...rest,
    ...nullable,
    ...(isText ? { enum: words } : {}),
    ...(words.length > 0 && !isText ? { description: oneOf(words, rest['description']) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => [key, forGemini(value as Schema)]),
          ),
          propertyOrdering: Object.keys(properties),
        }
      : {}),
    ...(items ? { items: forGemini(items as Schema) } : {}),
  }
}

const oneOf = (options: readonly unknown[], description: unknown): string =>
  [description, `One of ${options.map((each) => JSON.stringify(each)).join(', ')}.`].filter(Boolean).join(' ')
