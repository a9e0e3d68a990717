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
export type Scalar = string | number | boolean

/** The kind a type name stands for; undefined for anything that is no type name, `constructor` included. */
export function kindOf(name: unknown): OutputKind | undefined {
  return typeof name === 'string' && Object.hasOwn(OUTPUT_TYPES, name)
    ? OUTPUT_TYPES[name as OutputTypeName]
    : undefined
}

/** What a list holds. Without `item_type` it is objects where `nested_structure` stands, else strings. */
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

/** Whether `value` is of the kind as it stands. Integers are safe ones (1.0 is one); numbers are finite. */
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
