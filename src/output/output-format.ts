import { z } from 'zod'

/** Every spelling of a type on the wire, with what it means. */
export const TYPE_NAMES = {
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

export type TypeName = keyof typeof TYPE_NAMES
export type FieldType = (typeof TYPE_NAMES)[TypeName]

/** The long form of a field; the short form is just a type's name. */
export interface FieldSpec {
  readonly type: TypeName
  readonly description?: string | null
  /** Allowed values; on a list, of its items. */
  readonly options?: readonly (string | number | boolean)[] | null
  readonly item_type?: TypeName | null
  readonly nested_structure?: OutputFormat | null
  /** False: the key may be missing from the answer, and is then null. */
  readonly required?: boolean | null
}

export type OutputFormat = { readonly [key: string]: TypeName | FieldSpec }

export interface OutputLimits {
  /** Deepest nesting; a flat format has depth 1. */
  readonly maxDepth: number
  /** Keys on all levels together. */
  readonly maxKeys: number
}

const typeName = z.enum(Object.keys(TYPE_NAMES) as [TypeName, ...TypeName[]], {
  error: `expected one of: ${Object.keys(TYPE_NAMES).join(' ')}`,
})
const specSchema = z.strictObject({
  type: typeName,
  description: z.string().max(10_000).nullish(),
  options: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(1000)
    .nullish(),
  item_type: typeName.nullish(),
  nested_structure: z.unknown(),
  required: z.boolean().nullish(),
})

interface Report {
  keys: number
  issue(path: PropertyKey[], message: string): void
}

/**
 * A schema for `output_format` as section 7 of the contract writes it. What it accepts is returned exactly as
 * it was sent, since it is shown again to whoever wrote it.
 */
export function outputFormatSchema(limits: OutputLimits) {
  return z.custom<OutputFormat>().superRefine((value: unknown, context) => {
    let found = 0
    const report: Report = {
      keys: 0,
      issue(path, message) {
        found += 1
        // Enough to mend a format by; a hostile one must not become a long answer.
        if (found <= 50) context.addIssue({ code: 'custom', path, message })
      },
    }
    checkMap(value, [], 1, limits, report)
  })
}

function checkMap(
  value: unknown,
  path: PropertyKey[],
  depth: number,
  limits: OutputLimits,
  report: Report,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report.issue(path, 'expected an object of output fields')
    return
  }
  if (depth > limits.maxDepth) {
    report.issue(path, `nested deeper than ${limits.maxDepth} levels`)
    return
  }
  const keys = Object.keys(value)
  if (keys.length === 0) report.issue(path, 'expected at least one field')
  report.keys += keys.length
  if (report.keys > limits.maxKeys) {
    report.issue(path, `more than ${limits.maxKeys} fields`)
    return
  }
  for (const key of keys) {
    const here = [...path, key]
    // `__proto__` fits the pattern, but assigning it would change an object instead of adding to it.
    if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(key) || key === '__proto__') {
      report.issue(here, 'a field name is 1-64 letters, digits, dots, dashes or underscores')
    }
    checkField((value as Record<string, unknown>)[key], here, depth, limits, report)
  }
}

function checkField(
  value: unknown,
  path: PropertyKey[],
  depth: number,
  limits: OutputLimits,
  report: Report,
): void {
  if (typeof value === 'string') {
    const type = TYPE_NAMES[value as TypeName]
    if (!Object.hasOwn(TYPE_NAMES, value)) report.issue(path, `unknown type "${value.slice(0, 40)}"`)
    else if (type === 'object') report.issue(path, 'an object needs the long form with a nested_structure')
    return
  }
  const parsed = specSchema.safeParse(value)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) report.issue([...path, ...issue.path], issue.message)
    return
  }
  const spec = parsed.data
  const type = TYPE_NAMES[spec.type]
  const itemType = spec.item_type ? TYPE_NAMES[spec.item_type] : null
  const nested = spec.nested_structure ?? null
  if (itemType && type !== 'array') report.issue([...path, 'item_type'], 'only a list has an item_type')
  if (itemType === 'array')
    report.issue([...path, 'item_type'], 'a list of lists needs an object between them')
  const holdsObjects = type === 'object' || itemType === 'object' || (type === 'array' && nested && !itemType)
  if (holdsObjects && nested === null) report.issue(path, 'an object needs a nested_structure')
  if (!holdsObjects && nested !== null) {
    report.issue([...path, 'nested_structure'], 'only an object or a list of objects has a nested_structure')
  }
  if (nested !== null) checkMap(nested, [...path, 'nested_structure'], depth + 1, limits, report)
  checkOptions(
    spec.options ?? [],
    holdsObjects ? 'object' : type === 'array' ? (itemType ?? 'string') : type,
    path,
    report,
  )
}

function checkOptions(
  options: readonly unknown[],
  type: FieldType,
  path: PropertyKey[],
  report: Report,
): void {
  const here = [...path, 'options']
  if (options.length > 0 && type === 'object') report.issue(here, 'an object has no options')
  if (new Set(options).size < options.length) report.issue(here, 'an option stands twice')
  for (const [index, option] of options.entries()) {
    const fits = type === 'integer' ? Number.isSafeInteger(option) : typeof option === type
    if (!fits && type !== 'object') report.issue([...here, index], `expected an option of type ${type}`)
  }
}
