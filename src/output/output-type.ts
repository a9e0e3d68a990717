/** The JSON Schema type of each type name on the wire. */
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
export type Scalar = string | number | boolean

/** The kind of a type name; undefined for everything else, also for `constructor`. */
export function kindOf(name: unknown): OutputKind | undefined {
  return typeof name === 'string' && Object.hasOwn(OUTPUT_TYPES, name)
    ? OUTPUT_TYPES[name as OutputTypeName]
    : undefined
}

/** The kind of a list's items. Without `item_type`: objects when there is a `nested_structure`, else strings. */
export function itemKindOf(list: {
  readonly item_type?: unknown
  readonly nested_structure?: unknown
}): OutputKind | undefined {
  if (list.item_type !== undefined && list.item_type !== null) return kindOf(list.item_type)
  return list.nested_structure === undefined || list.nested_structure === null ? 'string' : 'object'
}

export function isScalarKind(kind: OutputKind): kind is ScalarKind {
  return kind !== 'array' && kind !== 'object'
}

/** True when `value` is of the kind without conversion. Integers must be safe (1.0 is an integer), numbers finite. */
export function isScalar(kind: ScalarKind, value: unknown): value is Scalar {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'string':
    case 'boolean':
      return typeof value === kind
  }
}
