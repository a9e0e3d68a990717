import type { OutputFormat, OutputSpec } from '../../output/output-format.ts'
import type { Scalar } from '../../output/output-type.ts'
import { ValidationError } from '../../platform/errors.ts'
import type { Place } from './saved-prompt.ts'

type Schema = Readonly<Record<string, unknown>>

/** They say nothing of values, or what an output_format says by itself. */
const UNDERSTOOD = new Set([
  ...['$schema', '$defs', 'definitions', '$ref', 'title', 'description', 'default', 'examples', 'strict'],
  ...[
    'type',
    'enum',
    'const',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'anyOf',
    'oneOf',
    'nullable',
  ],
])
const MOST_LEVELS = 50

export interface ReadSchema {
  readonly format: OutputFormat
  /** Places of bounds and patterns, which a format has no word for. */
  readonly leftOut: readonly string[]
}

/**
 * The output_format that says of an answer what a JSON Schema says.
 * @throws {ValidationError} for a schema that no output_format can say
 */
export function formatOfSchema(whole: unknown, place: Place): ReadSchema {
  const leftOut: string[] = []
  const refuse = (at: Place, msg: string) => ValidationError.at(at, msg)

  function resolve(given: unknown, at: Place, levels: number): { schema: Schema; nullable: boolean } {
    if (levels > MOST_LEVELS) throw refuse(at, 'nested too deeply, or within itself')
    if (!isObject(given)) throw refuse(at, 'expected a schema')
    if (typeof given['$ref'] === 'string') {
      const { $ref: _, ...own } = given
      return resolve({ ...targetOf(given['$ref'], at), ...own }, at, levels + 1)
    }
    const branches = given['anyOf'] ?? given['oneOf']
    if (Array.isArray(branches)) {
      const others = branches.filter((each) => !isObject(each) || each['type'] !== 'null')
      if (others.length !== 1) throw refuse(at, 'an output_format has no alternatives but null')
      const { anyOf: _, oneOf: __, ...own } = given
      const inner = resolve(others[0], at, levels + 1)
      return { schema: { ...inner.schema, ...own }, nullable: true }
    }
    const types = [given['type']].flat()
    const named = types.filter((each) => each !== 'null')
    if (named.length > 1) throw refuse([...at, 'type'], 'an output_format has no alternatives but null')
    const nullable = given['nullable'] === true || (types.length > 1 && types.includes('null'))
    return { schema: { ...given, type: named[0] ?? typeOfValues(given) }, nullable }
  }

  function targetOf(ref: string, at: Place): Schema {
    const way = ref === '#' ? [] : ref.startsWith('#/') ? ref.slice(2).split('/') : null
    const target = way?.reduce<unknown>((inside, step) => {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
      return isObject(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined
    }, whole)
    if (!isObject(target)) throw refuse([...at, '$ref'], `${ref} is not in the schema`)
    return target
  }

  function mapOf(schema: Schema, at: Place, levels: number): OutputFormat {
    const properties = schema['properties']
    const rest = schema['additionalProperties']
    if (!isObject(properties) || Object.keys(properties).length === 0 || isObject(rest) || rest === true) {
      throw refuse(at, 'an output_format has a fixed list of keys, at least one')
    }
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
    const entries = Object.entries(properties).map(([name, each]) => [
      name,
      specOf(each, [...at, 'properties', name], !required.has(name), levels + 1),
    ])
    return Object.fromEntries(entries)
  }

  function specOf(given: unknown, at: Place, absent: boolean, levels: number): OutputSpec {
    const { schema, nullable } = resolve(given, at, levels)
    noteUnknown(schema, at)
    const description = schema['description']
    const described = {
      ...(typeof description === 'string' && description ? { description } : {}),
      ...(absent || nullable ? { required: false } : {}),
    }
    switch (schema['type']) {
      case 'object':
        return { type: 'object', ...described, nested_structure: mapOf(schema, at, levels) }
      case 'array': {
        const items = resolve(schema['items'], [...at, 'items'], levels + 1)
        noteUnknown(items.schema, [...at, 'items'])
        if (items.nullable) throw refuse([...at, 'items'], 'a list of an output_format holds no null')
        const type = scalarOf(items.schema['type'])
        if (items.schema['type'] === 'object') {
          const nested_structure = mapOf(items.schema, [...at, 'items'], levels + 1)
          return { type: 'list', item_type: 'object', ...described, nested_structure }
        }
        if (type) return { type: 'list', item_type: type, ...described, ...optionsOf(items.schema) }
        throw refuse([...at, 'items'], 'a list of an output_format holds texts, numbers, booleans or objects')
      }
      default: {
        const type = scalarOf(schema['type'])
        if (!type)
          throw refuse(
            [...at, 'type'],
            'an output_format knows string, integer, number, boolean, array and object',
          )
        return { type, ...described, ...optionsOf(schema) }
      }
    }
  }

  function noteUnknown(schema: Schema, at: Place): void {
    for (const name of Object.keys(schema)) if (!UNDERSTOOD.has(name)) leftOut.push([...at, name].join('.'))
  }

  const root = resolve(whole, place, 0)
  if (root.schema['type'] !== 'object') throw refuse(place, 'an output_format is an object at its root')
  noteUnknown(root.schema, place)
  return { format: mapOf(root.schema, place, 0), leftOut }
}

/** The type of a schema that only lists its values. */
function typeOfValues({ enum: values, const: only, properties }: Schema): string | undefined {
  if (isObject(properties)) return 'object'
  const [first] = Array.isArray(values) ? values : [only]
  return first === undefined ? undefined : typeof first
}

const scalarOf = (type: unknown) =>
  (['string', 'integer', 'number', 'boolean'] as const).find((each) => each === type)

function optionsOf({ enum: values, const: only }: Schema): { options?: Scalar[] } {
  const all = Array.isArray(values) ? values : only === undefined ? [] : [only]
  const options = all.filter((each) => each !== null) as Scalar[]
  return options.length > 0 ? { options } : {}
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
