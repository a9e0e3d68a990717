import { z } from 'zod'
import { checkFormat, type FormatLimits } from './check-format.ts'

/** Every spelling of a type on the wire, and the JSON Schema type that it stands for. */
export const OUTPUT_TYPES = {
  str: 'string',
  string: 'string',
  int: 'integer',
  integer: 'integer',
  number: 'number',
  float: 'number',
  bool: 'boolean',
  boolean: 'boolean',
  list: 'array',
  array: 'array',
  object: 'object',
} as const

export type OutputTypeName = keyof typeof OUTPUT_TYPES
export type OutputKind = (typeof OUTPUT_TYPES)[OutputTypeName]
export type ScalarKind = Exclude<OutputKind, 'array' | 'object'>
export type OutputOption = string | number | boolean

/** The long form of an entry. `options` of a list restrict its items. */
export interface OutputSpec {
  readonly type: OutputTypeName
  readonly description?: string
  readonly options?: readonly OutputOption[]
  /** Only on lists. Without it a list holds objects where `nested_structure` stands, else strings. */
  readonly item_type?: OutputTypeName
  readonly nested_structure?: OutputFormat
  /** `false`: the key may be absent, and is null then. */
  readonly required?: boolean
}

/** What a revision's answers look like, exactly as the caller wrote it: section 7 of the contract. */
export interface OutputFormat {
  readonly [key: string]: OutputTypeName | OutputSpec
}

/** The kind a type name stands for; undefined for anything that is no type name, `constructor` included. */
export function kindOf(name: unknown): OutputKind | undefined {
  return typeof name === 'string' && Object.hasOwn(OUTPUT_TYPES, name)
    ? OUTPUT_TYPES[name as OutputTypeName]
    : undefined
}

/** What the items of a list are, where its spec is valid: the rule for a list without `item_type` is here. */
export function itemKindOf(spec: {
  readonly item_type?: unknown
  readonly nested_structure?: unknown
}): OutputKind | undefined {
  if (spec.item_type !== undefined) return kindOf(spec.item_type)
  return spec.nested_structure === undefined ? 'string' : 'object'
}

export function isScalarKind(kind: OutputKind): kind is ScalarKind {
  return kind !== 'array' && kind !== 'object'
}

/** Whether `value` is of the kind as it stands. Integers are safe ones (1.0 is one); numbers are finite. */
export function isScalar(kind: ScalarKind, value: unknown): value is OutputOption {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === kind
  }
}

/**
 * The schema of an `output_format` on the wire. What it parses is the caller's own object, untouched, since
 * it is shown back as it was sent. Issues carry the path of the offending member. Hostile input costs no
 * more than its first `maxKeys` keys and `maxDepth` levels.
 */
export function outputFormatSchema(limits: FormatLimits): z.ZodType<OutputFormat> {
  const schema = z
    .unknown()
    .superRefine((input, context) => {
      checkFormat(input, limits, (path, message) =>
        context.addIssue({ code: 'custom', path: [...path], message, input }),
      )
    })
    .meta({
      type: 'object',
      minProperties: 1,
      description: 'A map from key to a type name (`string`, `integer`, ...) or a spec with a `type`.',
    })
  // z.record would do for the type, but it copies the map and silently drops a key named __proto__.
  return schema as z.ZodType<OutputFormat>
}
