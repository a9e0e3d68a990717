import { isScalar, isScalarKind, itemKindOf, kindOf, OUTPUT_TYPES, type OutputKind } from './output-type.ts'

/** `maxDepth`: most levels of maps; the outermost is 1. `maxKeys`: most keys of all maps together. */
export interface FormatLimits {
  readonly maxDepth: number
  readonly maxKeys: number
}

type Path = readonly (string | number)[]

const KEY = /^[a-zA-Z0-9_.-]{1,64}$/
const SPEC_KEYS = ['type', 'description', 'options', 'item_type', 'nested_structure', 'required']
const TYPE_NAMES = Object.keys(OUTPUT_TYPES).join(', ')
const NOT_A_TYPE = `Must be one of ${TYPE_NAMES}`
const NO_SHORT_OBJECT =
  'An object needs a nested_structure, which the short form cannot give: ' +
  'write {"type": "object", "nested_structure": {...}}'
/** Enough to see the mistake; a hostile spec may have a hundred thousand unknown keys. */
const MAX_UNKNOWN_KEYS_REPORTED = 5

/**
 * Checks any value against the grammar in section 7 of the contract, and reports everything that is wrong with it. A
 * member of a spec that is null counts as absent: some clients send null for members that are not set.
 */
export function checkFormat(
  format: unknown,
  limits: FormatLimits,
  report: (path: Path, message: string) => void,
): void {
  let keysLeft = limits.maxKeys
  checkMap(format, [], 1)

  function checkMap(map: unknown, path: Path, depth: number): void {
    const keys = isRecord(map) ? Object.keys(map) : []
    const exhausted = keysLeft < 0
    keysLeft -= keys.length
    if (exhausted) return
    if (depth > limits.maxDepth) report(path, `Nested deeper than ${limits.maxDepth} levels`)
    else if (!isRecord(map)) report(path, 'Must be an object that maps keys to types')
    else if (keys.length === 0) report(path, 'Must have at least one key')
    else if (keysLeft < 0) report(path, `More than ${limits.maxKeys} keys in total`)
    else for (const key of keys) checkKey(key, map[key], [...path, key], depth)
  }

  function checkKey(key: string, entry: unknown, path: Path, depth: number): void {
    if (key === '__proto__') report(path, '__proto__ cannot be a key: choose another name')
    else if (!KEY.test(key)) report(path, 'A key is 1 to 64 letters, digits, dots, dashes or underscores')
    else if (isRecord(entry)) checkSpec(entry, path, depth)
    else if (kindOf(entry) === undefined) report(path, `${NOT_A_TYPE}, or an object with such a type`)
    else if (kindOf(entry) === 'object') report(path, NO_SHORT_OBJECT)
  }

  function checkSpec(spec: Record<string, unknown>, path: Path, depth: number): void {
    const { type, item_type, nested_structure, options } = spec
    const kind = kindOf(type)
    const element = kind === 'array' ? itemKindOf(spec) : kind
    checkPlainMembers(spec, path)
    if (kind === undefined) report([...path, 'type'], NOT_A_TYPE)
    else if (kind !== 'array' && isGiven(item_type)) {
      report([...path, 'item_type'], 'Only a list has an item_type')
    }
    if (kind === 'array' && element === undefined) report([...path, 'item_type'], NOT_A_TYPE)
    if (element === undefined) return
    checkNested(nested_structure, element, [...path, 'nested_structure'], depth)
    if (isGiven(options)) checkOptions(options, element, [...path, 'options'])
  }

  function checkPlainMembers(spec: Record<string, unknown>, path: Path): void {
    const { description, required } = spec
    const unknownKeys = Object.keys(spec).filter((key) => !SPEC_KEYS.includes(key))
    for (const key of unknownKeys.slice(0, MAX_UNKNOWN_KEYS_REPORTED)) {
      report([...path, key], `Not a member of a spec; the members are ${SPEC_KEYS.join(', ')}`)
    }
    if (isGiven(description) && typeof description !== 'string') {
      report([...path, 'description'], 'Must be a string')
    }
    if (isGiven(required) && typeof required !== 'boolean') {
      report([...path, 'required'], 'Must be true or false')
    }
  }

  function checkNested(nested: unknown, element: OutputKind, path: Path, depth: number): void {
    if (element === 'object') {
      if (isGiven(nested)) checkMap(nested, path, depth + 1)
      else report(path, 'An object needs a nested_structure')
    } else if (isGiven(nested)) {
      report(path, 'Only an object or a list of objects has a nested_structure')
    }
  }

  function checkOptions(options: unknown, kind: OutputKind, path: Path): void {
    if (!isScalarKind(kind)) {
      report(path, 'Only strings, numbers and booleans, or lists of them, have options')
    } else if (!Array.isArray(options) || options.length === 0) {
      report(path, 'Must be a list of at least one option')
    } else {
      const wrong = options.findIndex((option) => !isScalar(kind, option))
      if (wrong !== -1) report([...path, wrong], `Must be of the type ${kind}, like every option here`)
      const repeated = firstRepeated(options)
      if (repeated !== -1) report([...path, repeated], 'Repeats an earlier option')
    }
  }
}

function isGiven(member: unknown): boolean {
  return member !== undefined && member !== null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function firstRepeated(options: readonly unknown[]): number {
  const seen = new Set<unknown>()
  return options.findIndex((option) => seen.size === seen.add(option).size)
}
