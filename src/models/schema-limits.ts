import type { SchemaDialect } from './request-rules.ts'

/** What a server takes of a schema, at most. */
interface SchemaLimits {
  readonly server: string
  readonly properties: number
  /** Objects within objects, the outermost counted. */
  readonly levels: number
  readonly options: number
  /** Characters of all names and options together. */
  readonly characters: number
  /** Characters of the options of one key, where there are more than `LONG_LIST` of them. */
  readonly longList: number
}

const LONG_LIST = 250

/**
 * OpenAI's as its guide "Structured model outputs" has them ("Supported schemas"), where they were raised since 2024.
 * Azure's: keys and levels as Microsoft's "Structured outputs" has them ("Nesting depth"), the others, on which it is
 * silent, as OpenAI's were before, and as SnapLogic's guide for Azure gives them. All as they stood in November 2026.
 */
const LIMITS: Partial<Record<SchemaDialect, SchemaLimits>> = {
  openai: {
    ...{ server: 'OpenAI', properties: 5000, levels: 10, options: 1000 },
    ...{ characters: 120_000, longList: 15_000 },
  },
  azure: {
    ...{ server: 'Azure', properties: 100, levels: 5, options: 500 },
    ...{ characters: 15_000, longList: 7500 },
  },
}

/** Why a server of this dialect would refuse the schema, with the limit; null when it would not. */
export function schemaProblem(
  schema: Readonly<Record<string, unknown>>,
  dialect: SchemaDialect,
): string | null {
  const limits = LIMITS[dialect]
  if (!limits) return null
  const found = measure(schema)
  const over = (what: string, size: number, most: number) =>
    size > most ? `it has ${size} ${what}; ${limits.server} takes ${most}` : null
  return (
    over('keys, all levels together', found.properties, limits.properties) ??
    over('levels of objects', found.levels, limits.levels) ??
    over('options, all keys together', found.options, limits.options) ??
    over('characters of keys and options', found.characters, limits.characters) ??
    over(`characters in the options of one key with more than ${LONG_LIST}`, found.longList, limits.longList)
  )
}

function measure(schema: Readonly<Record<string, unknown>>) {
  const found = { properties: 0, levels: 0, options: 0, characters: 0, longList: 0 }
  function walk(value: unknown, level: number): void {
    if (Array.isArray(value)) for (const each of value) walk(each, level)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const { properties, enum: options, items, anyOf } = value as Record<string, unknown>
    if (Array.isArray(options)) {
      const characters = options.reduce<number>((sum, option) => sum + String(option).length, 0)
      found.options += options.length
      found.characters += characters
      if (options.length > LONG_LIST) found.longList = Math.max(found.longList, characters)
    }
    walk(items, level)
    walk(anyOf, level)
    if (typeof properties !== 'object' || properties === null) return
    found.levels = Math.max(found.levels, level + 1)
    for (const [key, property] of Object.entries(properties)) {
      found.properties += 1
      found.characters += key.length
      walk(property, level + 1)
    }
  }
  walk(schema, 0)
  return found
}
