import {
  type FieldSpec,
  type FieldType,
  type OutputFormat,
  TYPE_NAMES,
  type TypeName,
} from './output-format.ts'

type Scalar = string | number | boolean

/** One field after compilation: what both the JSON Schema and the validator are made from. */
interface Node {
  readonly type: FieldType
  readonly description: string | undefined
  readonly options: readonly Scalar[] | null
  readonly item: Node | null
  readonly fields: ReadonlyMap<string, Node> | null
  readonly required: boolean
}

export interface OutputIssue {
  /** Where in the answer, such as `items[2].price`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export type OutputCheck =
  | { readonly ok: true; readonly value: Record<string, unknown>; readonly coerced: boolean }
  | { readonly ok: false; readonly issues: readonly OutputIssue[] }

export interface CompiledOutput {
  /** In the dialect of strict structured output: every key required, optional ones nullable, nothing additional. */
  readonly jsonSchema: Readonly<Record<string, unknown>>
  /**
   * Checks an answer and builds a clean copy with the keys in the format's order. What is coerced loses
   * nothing: unknown keys are dropped, a missing optional key becomes null, a canonical number or `true`/`false`
   * in a string becomes that value, and an option is recognised whatever its case and outer spaces.
   */
  check(value: unknown): OutputCheck
}

const MOST_ISSUES = 20

/** Compiles a format that its schema has accepted. Pure; the result can be kept for as long as the revision. */
export function compileOutput(format: OutputFormat): CompiledOutput {
  const root: Node = {
    type: 'object',
    description: undefined,
    options: null,
    item: null,
    fields: fieldsOf(format),
    required: true,
  }
  return {
    jsonSchema: schemaOf(root),
    check(value) {
      const walk: Walk = { issues: [], coerced: false }
      const result = read(root, value, '', walk)
      if (walk.issues.length > 0) return { ok: false, issues: walk.issues }
      return { ok: true, value: result as Record<string, unknown>, coerced: walk.coerced }
    },
  }
}

function fieldsOf(format: OutputFormat): ReadonlyMap<string, Node> {
  return new Map(Object.entries(format).map(([key, field]) => [key, nodeOf(field)]))
}

function nodeOf(field: TypeName | FieldSpec): Node {
  const spec: FieldSpec = typeof field === 'string' ? { type: field } : field
  const type = TYPE_NAMES[spec.type]
  const shared = { description: spec.description ?? undefined, required: spec.required ?? true }
  const fields = spec.nested_structure ? fieldsOf(spec.nested_structure) : null
  const options = spec.options ?? null
  if (type !== 'array') return { ...shared, type, options, item: null, fields }
  const itemType = spec.item_type ? TYPE_NAMES[spec.item_type] : fields ? 'object' : 'string'
  const item: Node = { type: itemType, description: undefined, options, item: null, fields, required: true }
  return { ...shared, type, options: null, item, fields: null }
}

function schemaOf(node: Node): Record<string, unknown> {
  const schema: Record<string, unknown> = { type: node.required ? node.type : [node.type, 'null'] }
  if (node.description !== undefined) schema['description'] = node.description
  if (node.options) schema['enum'] = node.required ? [...node.options] : [...node.options, null]
  if (node.item) schema['items'] = schemaOf(node.item)
  if (node.fields) {
    schema['properties'] = Object.fromEntries([...node.fields].map(([key, field]) => [key, schemaOf(field)]))
    schema['required'] = [...node.fields.keys()]
    schema['additionalProperties'] = false
  }
  return schema
}

interface Walk {
  readonly issues: OutputIssue[]
  coerced: boolean
}

function fail(walk: Walk, path: string, message: string): null {
  if (walk.issues.length < MOST_ISSUES) walk.issues.push({ path, message })
  return null
}

function read(node: Node, value: unknown, path: string, walk: Walk): unknown {
  if (node.fields) return readObject(node.fields, value, path, walk)
  if (node.item) {
    const { item } = node
    if (!Array.isArray(value)) return fail(walk, path, `expected a list, got ${nameOf(value)}`)
    return value.map((each, index) => read(item, each, `${path}[${index}]`, walk))
  }
  const scalar = readScalar(node.type, value, walk)
  if (scalar === undefined) return fail(walk, path, `expected ${node.type}, got ${nameOf(value)}`)
  if (!node.options || node.options.includes(scalar)) return scalar
  const alike = node.options.filter((option) => fold(option) === fold(scalar))
  if (alike.length !== 1)
    return fail(walk, path, `expected one of ${JSON.stringify(node.options).slice(0, 500)}`)
  walk.coerced = true
  return alike[0]
}

function readObject(fields: ReadonlyMap<string, Node>, value: unknown, path: string, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(walk, path, `expected an object, got ${nameOf(value)}`)
  }
  const given = value as Record<string, unknown>
  const entries: [string, unknown][] = []
  for (const [key, field] of fields) {
    const here = path === '' ? key : `${path}.${key}`
    const present = Object.hasOwn(given, key)
    if (field.required && !present) fail(walk, here, 'is missing')
    else if (!field.required && (given[key] === null || !present)) {
      if (!present) walk.coerced = true
      entries.push([key, null])
    } else entries.push([key, read(field, given[key], here, walk)])
  }
  if (Object.keys(given).some((key) => !fields.has(key))) walk.coerced = true
  return Object.fromEntries(entries)
}

/** The value as the wanted type, or undefined where it is not that and cannot safely be made so. */
function readScalar(type: FieldType, value: unknown, walk: Walk): Scalar | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined
  let wanted = value
  if (typeof value === 'string') {
    const text = value.trim()
    if (type === 'boolean' && /^(true|false)$/i.test(text)) wanted = text.toLowerCase() === 'true'
    if (type !== 'boolean' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) wanted = Number(text)
  }
  const fits =
    type === 'boolean'
      ? typeof wanted === 'boolean'
      : type === 'integer'
        ? Number.isSafeInteger(wanted)
        : Number.isFinite(wanted)
  if (!fits) return undefined
  if (wanted !== value) walk.coerced = true
  return wanted as Scalar
}

const fold = (value: Scalar): string => String(value).trim().toLowerCase()

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value
}
