import type { OutputFormat, OutputSpec } from './output-format.ts'
import {
  isScalarKind,
  itemKindOf,
  kindOf,
  type OutputKind,
  type Scalar,
  type ScalarKind,
} from './output-type.ts'

/** An output format with all defaults and short forms resolved. The schema and the check are made from it. */
export type Shape = ScalarShape | ListShape | ObjectShape

interface Described {
  readonly description: string | undefined
  readonly nullable: boolean
}

export interface ScalarShape extends Described {
  readonly kind: ScalarKind
  /** The allowed values; null: all values of the kind. */
  readonly options: ReadonlySet<Scalar> | null
  /** The option for each `plainSpelling`; null when two options share it. */
  readonly spellings: ReadonlyMap<string, string | null>
}

export interface ListShape extends Described {
  readonly kind: 'array'
  readonly items: Shape
}

export interface ObjectShape extends Described {
  readonly kind: 'object'
  /** In the format's order. */
  readonly fields: ReadonlyMap<string, Shape>
}

/** Resolves a format that `outputFormatSchema` has accepted. @throws {TypeError} for one without a shape */
export function shapeOf(format: OutputFormat, described: Described = PLAIN): ObjectShape {
  const fields = new Map<string, Shape>()
  for (const [key, entry] of Object.entries(format)) {
    // The check assigns keys to an object, where this key would set the prototype.
    if (key === '__proto__') throw new TypeError('__proto__ cannot be a key of an output format')
    fields.set(key, fieldShape(typeof entry === 'string' ? { type: entry } : entry))
  }
  return { kind: 'object', fields, ...described }
}

/** The form in which strings are compared with options: without differences in case and spacing. */
export function plainSpelling(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase()
}

const PLAIN: Described = { description: undefined, nullable: false }

function fieldShape(spec: OutputSpec): Shape {
  const described = { description: spec.description ?? undefined, nullable: spec.required === false }
  const kind = kindOf(spec.type)
  if (kind !== 'array') return elementShape(kind, spec, described)
  return { kind, items: elementShape(itemKindOf(spec), spec, PLAIN), ...described }
}

function elementShape(kind: OutputKind | undefined, spec: OutputSpec, described: Described): Shape {
  if (kind === 'object' && spec.nested_structure) return shapeOf(spec.nested_structure, described)
  // Only for `item_type: "list"`: the inner lists have no further description, so their items are strings.
  if (kind === 'array') return { kind, items: elementShape('string', spec, PLAIN), ...described }
  if (kind === undefined || !isScalarKind(kind)) throw new TypeError('not a valid output format')
  const options = spec.options ? new Set(spec.options) : null
  return { kind, options, spellings: spellingsOf(options), ...described }
}

function spellingsOf(options: ReadonlySet<Scalar> | null): Map<string, string | null> {
  const spellings = new Map<string, string | null>()
  for (const option of options ?? []) {
    if (typeof option !== 'string') continue
    const spelling = plainSpelling(option)
    spellings.set(spelling, spellings.has(spelling) ? null : option)
  }
  return spellings
}
