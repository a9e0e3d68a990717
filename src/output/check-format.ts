import { isScalar, isScalarKind, itemKindOf, kindOf, OUTPUT_TYPES, type OutputKind } from './output-format.ts'

/** `maxDepth` counts maps from the outermost (1) inwards; `maxKeys` counts the keys of all of them together. */
export interface FormatLimits {
  readonly maxDepth: number
  readonly maxKeys: number
}

type Path = readonly (string | number)[]
type Report = (path: Path, message: string) => void

const KEY = /^[a-zA-Z0-9_.-]{1,64}$/
const SPEC_KEYS = ['type', 'description', 'options', 'item_type', 'nested_structure', 'required']
const TYPE_NAMES = Object.keys(OUTPUT_TYPES).join(', ')
/** Enough to see what went wrong; a hostile spec has a hundred thousand. */
const MAX_UNKNOWN_KEYS_REPORTED = 5

/** Holds any value against the grammar of section 7, reporting everything that is wrong with it. */
export function checkFormat(format: unknown, limits: FormatLimits, report: Report): void {
  let keysLeft = limits.maxKeys
  checkMap(format, [], 1)

  function checkMap(map: unknown, path: Path, depth: number): void {
    if (keysLeft < 0) return
    if (depth > limits.maxDepth) return report(path, `Nested deeper than ${limits.maxDepth} levels`)
    if (!isRecord(map)) return report(path, 'Must be an object that maps keys to types')
    const keys = Object.keys(map)
    if (keys.length === 0) return report(path, 'Must have at least one key')
    keysLeft -= keys.length
    if (keysLeft < 0) return report(path, `More than ${limits.maxKeys} keys in total`)
    for (const key of keys) {
      const here = [...path, key]
      if (key === '__proto__') report(here, '__proto__ cannot be a key: choose another name')
      else if (!KEY.test(key)) report(here, 'A key is 1 to 64 letters, digits, dots, dashes or underscores')
      else checkEntry(map[key], here, depth)
    }
  }

  function checkEntry(entry: unknown, path: Path, depth: number): void {
    if (isRecord(entry)) return checkSpec(entry, path, depth)
    if (typeof entry !== 'string') return report(path, 'Must be a type name or an object with a type')
    const kind = kindOf(entry)
    if (kind === undefined) report(path, `Not a type; the types are ${TYPE_NAMES}`)
    else if (kind === 'object') {
      const form = '{"type": "object", "nested_structure": {...}}'
      report(path, `An object needs a nested_structure, which the short form cannot give: write ${form}`)
    }
  }

  function checkSpec(spec: Record<string, unknown>, path: Path, depth: number): void {
    for (const key of unknownKeys(spec)) {
      report([...path, key], `Not a member of a spec; the members are ${SPEC_KEYS.join(', ')}`)
    }
    if (spec['description'] !== undefined && typeof spec['description'] !== 'string') {
      report([...path, 'description'], 'Must be a string')
    }
    if (spec['required'] !== undefined && typeof spec['required'] !== 'boolean') {
      report([...path, 'required'], 'Must be true or false')
    }
    const kind = kindOf(spec['type'])
    if (kind === undefined) return report([...path, 'type'], `Must be one of ${TYPE_NAMES}`)

    if (spec['item_type'] !== undefined && kind !== 'array') {
      report([...path, 'item_type'], 'Only a list has an item_type')
    }
    const element = kind === 'array' ? itemKindOf(spec) : kind
    if (element === undefined) return report([...path, 'item_type'], `Must be one of ${TYPE_NAMES}`)
    checkNested(spec['nested_structure'], element, [...path, 'nested_structure'], depth)
    if (spec['options'] !== undefined) checkOptions(spec['options'], element, [...path, 'options'])
  }

  function checkNested(nested: unknown, element: OutputKind, path: Path, depth: number): void {
    if (element === 'object') {
      if (nested === undefined) report(path, 'An object needs a nested_structure')
      else checkMap(nested, path, depth + 1)
    } else if (nested !== undefined) {
      report(path, 'Only an object or a list of objects has a nested_structure')
    }
  }

  /** Stops at the first bad option: the others are most often bad in the same way. */
  function checkOptions(options: unknown, kind: OutputKind, path: Path): void {
    if (!isScalarKind(kind)) {
      return report(path, 'Only strings, numbers and booleans, or lists of them, have options')
    }
    if (!Array.isArray(options)) return report(path, 'Must be a list')
    if (options.length === 0) return report(path, 'Must have at least one option')
    const seen = new Set<unknown>()
    for (const [index, option] of options.entries()) {
      if (!isScalar(kind, option)) return report([...path, index], `Must be a ${kind}, as the type says`)
      if (seen.has(option)) return report([...path, index], 'Repeats an earlier option')
      seen.add(option)
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownKeys(spec: Record<string, unknown>): string[] {
  const unknown = Object.keys(spec).filter((key) => !SPEC_KEYS.includes(key))
  return unknown.slice(0, MAX_UNKNOWN_KEYS_REPORTED)
}
