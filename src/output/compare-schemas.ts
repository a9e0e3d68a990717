import type { JsonSchema } from './output-schema.ts'

/** What a schema of a caller asks for beyond what answers are sure to be. */
export interface Comparison {
  /** Why an answer may not fit; null where every answer fits but for `unchecked`. */
  readonly misfit: string | null
  /** Paths of keywords that nobody checks, such as `properties.score.maximum`. */
  readonly unchecked: readonly string[]
}

/**
 * A schema of a caller may refer to itself, and branch at every level, and what it refers to may be long. A step is a schema, or one
 * of what stands in it.
 */
const MOST_STEPS = 200_000
const MOST_DEPTH = 300
const MOST_UNCHECKED = 50

const TOO_COMPLICATED = 'the schema is too complicated'

/** They say nothing of values. */
const ANNOTATIONS = new Set([
  ...['$schema', '$id', '$defs', 'definitions', '$comment', 'title', 'description', 'default', 'examples'],
  ...[
    'deprecated',
    'readOnly',
    'writeOnly',
    'strict',
    '$ref',
    'anyOf',
    'oneOf',
    'allOf',
    'type',
    'enum',
    'const',
  ],
  ...['properties', 'required', 'additionalProperties', 'items', 'prefixItems', 'nullable'],
])

/**
 * Compares what a task promises with what a caller asks for: whether every value of the schema `given` fits the schema
 * `asked`. Types, members, lists and enumerations are compared; bounds and patterns, which an output format cannot
 * promise, are reported as unchecked.
 * @param given a schema that `compileOutput` has made
 * @param asked a JSON Schema of any draft, not checked before
 */
export function compareSchemas(given: JsonSchema, asked: unknown): Comparison {
  let unchecked = new Set<string>()
  let steps = 0
  let depth = 0

  /** Why a value of `given` may not fit, or null. */
  function misfit(given: JsonSchema, asked: unknown, path: string): string | null {
    steps += 1
    if (steps > MOST_STEPS || depth > MOST_DEPTH) return TOO_COMPLICATED
    if (asked === true) return null
    if (!isObject(asked)) return `${where(path)} no value is allowed`
    steps += lengthOf(asked)
    if (steps > MOST_STEPS) return TOO_COMPLICATED
    depth += 1
    const found = firstOf(alternativesOf(given), (alternative) => misfitOfOne(alternative, asked, path))
    depth -= 1
    return found
  }

  function misfitOfOne(given: JsonSchema, asked: JsonSchema, path: string): string | null {
    if (typeof asked['$ref'] === 'string') {
      const target = targetOf(asked['$ref'])
      if (target === undefined) return `${where(path)} ${asked['$ref']} is not in the schema`
      const found = misfit(given, target, path)
      if (found !== null) return found
    }
    for (const each of listOf(asked['allOf'])) {
      const found = misfit(given, each, path)
      if (found !== null) return found
    }
    for (const branches of [asked['anyOf'], asked['oneOf']]) {
      const found = misfitOfAll(given, listOf(branches), path)
      if (found !== null) return found
    }
    return misfitOfType(given, asked, path) ?? misfitOfMembers(given, asked, path)
  }

  /** Why none of the branches takes every value; what is unchecked in those that do not is of no interest. */
  function misfitOfAll(given: JsonSchema, branches: readonly unknown[], path: string): string | null {
    let first: string | null = null
    for (const each of branches) {
      const before = new Set(unchecked)
      const found = misfit(given, each, path)
      if (found === null) return null
      unchecked = before
      first ??= found
    }
    return first
  }

  function misfitOfType(given: JsonSchema, asked: JsonSchema, path: string): string | null {
    const type = given['type'] as string
    const types = asked['nullable'] === true ? [asked['type'], 'null'].flat() : [asked['type']].flat()
    const isWider = type === 'integer' && types.includes('number')
    if (asked['type'] !== undefined && !isWider && !types.includes(type)) {
      return `${where(path)} the task may answer ${type}, and ${types.join(' or ')} is asked for`
    }
    const values = 'const' in asked ? [asked['const']] : asked['enum']
    if (Array.isArray(values)) {
      const own = valuesOf(given)
      const allowed = new Set(values)
      steps += own?.length ?? 0
      const other = own?.find((value) => !allowed.has(value))
      if (own === null || other !== undefined) {
        return `${where(path)} the task may answer ${own ? JSON.stringify(other) : `any ${type}`}, which is not among the values that are asked for`
      }
    }
    for (const [name, value] of Object.entries(asked)) {
      if (ANNOTATIONS.has(name) || isNoBound(type, name, value) || unchecked.size >= MOST_UNCHECKED) continue
      unchecked.add([path, name].filter(Boolean).join('.'))
    }
    return null
  }

  function misfitOfMembers(given: JsonSchema, asked: JsonSchema, path: string): string | null {
    if (given['type'] === 'array') {
      if (asked['prefixItems'] !== undefined || Array.isArray(asked['items'])) {
        return `${where(path)} a list of fixed places is asked for`
      }
      const items = asked['items'] ?? true
      return misfit(given['items'] as JsonSchema, items, join(path, 'items'))
    }
    if (given['type'] !== 'object') return null
    const own = given['properties'] as Record<string, JsonSchema>
    const theirs = isObject(asked['properties']) ? asked['properties'] : {}
    const missing = listOf(asked['required']).find((name) => !Object.hasOwn(own, String(name)))
    if (missing !== undefined) return `${where(path)} the task does not answer ${JSON.stringify(missing)}`
    for (const [name, schema] of Object.entries(own)) {
      const known = Object.hasOwn(theirs, name)
      const rest = asked['additionalProperties'] ?? true
      if (!known && rest === false) {
        return `${where(path)} the task also answers ${JSON.stringify(name)}, which the schema does not allow`
      }
      const found = misfit(schema, known ? theirs[name] : rest, join(path, `properties.${name}`))
      if (found !== null) return found
    }
    return null
  }

  function targetOf(ref: string): unknown {
    if (ref === '#') return asked
    if (!ref.startsWith('#/')) return undefined
    const way = ref.slice(2).split('/')
    return way.reduce<unknown>((inside, part) => {
      const name = decode(part)
      return isObject(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined
    }, asked)
  }

  const found = misfit(given, asked, '')
  return { misfit: found, unchecked: [...unchecked] }
}

/** How much there is to look at in a schema itself. */
function lengthOf(asked: JsonSchema): number {
  const lists = [asked['type'], asked['enum'], asked['required']].map((each) => listOf(each).length)
  const ref = typeof asked['$ref'] === 'string' ? asked['$ref'].length : 0
  return lists.reduce((sum, each) => sum + each, Object.keys(asked).length + ref)
}

/** A schema of ours as schemas of one type each. */
function alternativesOf(given: JsonSchema): JsonSchema[] {
  if (Array.isArray(given['anyOf'])) return given['anyOf'] as JsonSchema[]
  return [given['type']].flat().map((type) => ({ ...given, type }))
}

/** All values of a schema of ours, or null where they are too many to list. */
function valuesOf({ type, enum: options }: JsonSchema): unknown[] | null {
  if (type === 'null') return [null]
  if (type === 'boolean' && !options) return [true, false]
  if (!Array.isArray(options)) return null
  return options.filter((option) => option !== null)
}

/** Bounds that every safe integer keeps are no bounds; and those of lists say nothing of other values. */
function isNoBound(type: string, name: string, value: unknown): boolean {
  if (type === 'null') return true
  if (type === 'integer' && name === 'maximum') return Number(value) >= Number.MAX_SAFE_INTEGER
  if (type === 'integer' && name === 'minimum') return Number(value) <= Number.MIN_SAFE_INTEGER
  return false
}

function firstOf<T>(all: readonly T[], of: (each: T) => string | null): string | null {
  for (const each of all) {
    const found = of(each)
    if (found !== null) return found
  }
  return null
}

const where = (path: string): string => (path === '' ? 'as a whole,' : `at ${path},`)
const join = (path: string, step: string): string => (path === '' ? step : `${path}.${step}`)
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const decode = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')
const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
