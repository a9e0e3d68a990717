import {
  type ListShape,
  type ObjectShape,
  plainSpelling,
  type ScalarShape,
  type Shape,
} from './output-shape.ts'
import { isScalar, type Scalar } from './output-type.ts'
import { readBareNumber } from './read/bare-number.ts'
import { BareText } from './read/bare-text.ts'
import { readStringified } from './read/stringified.ts'

export interface OutputIssue {
  /** The place in the output, such as `items[2].price` or `["odd-key"]`; empty for the whole output. */
  readonly path: string
  /** What was expected. Never contains a value of the output. */
  readonly message: string
}

/** `coerced`: a value was corrected. `filled`: an optional key was absent and became null. */
export type OutputCheck =
  | {
      readonly ok: true
      readonly value: Record<string, unknown>
      readonly coerced: boolean
      readonly filled: boolean
    }
  | { readonly ok: false; readonly issues: OutputIssue[] }

/** The check stops after so many issues. */
export const MAX_ISSUES = 50
const MAX_OPTIONS_LISTED = 20
/** Characters of one option that is listed: it may be as long as a request, and every issue would repeat it. */
const MAX_OPTION_LENGTH = 100

/** The rules are at `CompiledOutput.check`. */
export function checkOutput(shape: ObjectShape, output: unknown): OutputCheck {
  const issues: { keys: (string | number)[]; message: string }[] = []
  let coerced = false
  let filled = false

  const value = checkObject(shape, output)
  if (value !== REFUSED && issues.length === 0) return { ok: true, value, coerced, filled }
  return {
    ok: false,
    issues: issues.map(({ keys, message }) => ({ path: pathText(keys), message })),
  }

  function check(field: Shape, found: unknown): unknown {
    if (typeof found === 'object' && found instanceof BareText) return checkBare(field, found.text)
    if (field.nullable && (found === null || found === undefined)) {
      filled ||= found === undefined
      coerced ||= found === undefined
      return null
    }
    if (found === undefined) return refuse('is required')
    if (field.kind === 'object') return checkObject(field, unpacked(found))
    if (field.kind === 'array') return checkList(field, unpacked(found))
    return checkScalar(field, found)
  }

  /** A value without quotes is what the format says is due there. */
  function checkBare(field: Shape, text: string): unknown {
    coerced = true
    if (text === '') return field.nullable ? null : refuse('is required')
    if (field.kind === 'string' || field.kind === 'boolean') return checkScalar(field, text)
    const number = field.kind === 'integer' || field.kind === 'number' ? readBareNumber(text) : undefined
    if (number === undefined) return refuse('must not be a text without quotes')
    return checkScalar(field as ScalarShape, number)
  }

  /** Some models write a nested object or list as a string with its JSON. */
  function unpacked(found: unknown): unknown {
    const value = typeof found === 'string' ? readStringified(found) : undefined
    coerced ||= value !== undefined
    return value ?? found
  }

  function checkObject({ fields }: ObjectShape, found: unknown): Record<string, unknown> | typeof REFUSED {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      return refuse(`must be an object, not ${describe(found)}`)
    }
    const members = found as Record<string, unknown>
    const names = Object.keys(members)
    // With optional keys alone, anything else would pass as an object full of nulls.
    if (names.length > 0 && !names.some((name) => fields.has(name))) {
      return refuse('has none of the keys that it must have')
    }
    if (isSchemaEcho(members, fields)) return refuse('must be an answer, not its schema')
    const result: Record<string, unknown> = {}
    let unknown: ReadonlySet<string> | undefined
    for (const [key, field] of fields) {
      const before = issues.length
      const present = Object.hasOwn(members, key)
      if (!present && field.nullable) unknown ??= unknownNames(names, fields)
      if (!present && field.nullable && unknown?.has(lettersOf(key))) refuse('is there in another spelling')
      else result[key] = check(field, present ? members[key] : undefined)
      nameIssuesSince(before, key)
      if (issues.length >= MAX_ISSUES) return REFUSED
    }
    // `{"error": "unreadable", "label": null}`: what it says, it says elsewhere.
    if (unknown?.size && Object.values(result).every((each) => each === null)) {
      return refuse('says nothing under the keys that it must have')
    }
    // More keys than fields: unknown keys were dropped. When a field is missing as well, `coerced` is true already.
    coerced ||= names.length > fields.size
    return result
  }

  function checkList({ items }: ListShape, found: unknown): unknown[] | typeof REFUSED {
    if (!Array.isArray(found)) return refuse(`must be a list, not ${describe(found)}`)
    const result: unknown[] = []
    for (const [index, item] of found.entries()) {
      const before = issues.length
      result.push(check(items, item))
      nameIssuesSince(before, index)
      if (issues.length >= MAX_ISSUES) return REFUSED
    }
    return result
  }

  function checkScalar(field: ScalarShape, found: unknown): Scalar | typeof REFUSED {
    const value = readScalar(field, found)
    if (value === undefined) return refuse(`must be ${expected(field)}, not ${describe(found)}`)
    const option = field.options ? chooseOption(field, value) : value
    if (option === undefined) return refuse(`must be ${expected(field)}`)
    coerced ||= option !== found
    return option
  }

  function refuse(message: string): typeof REFUSED {
    issues.push({ keys: [], message })
    return REFUSED
  }

  /**
   * Adds a key to the paths of the issues since `first`. Paths are built on the way out, so valid output costs nothing.
   */
  function nameIssuesSince(first: number, key: string | number): void {
    for (let index = first; index < issues.length; index++) issues[index]?.keys.unshift(key)
  }
}

const REFUSED = Symbol('refused')

/** Whether the object is the JSON Schema of its own shape. */
function isSchemaEcho(members: Record<string, unknown>, fields: ReadonlyMap<string, Shape>): boolean {
  if (members['type'] !== 'object' || fields.has('properties')) return false
  const { properties } = members
  if (typeof properties !== 'object' || !properties) return false
  return Object.keys(properties).some((name) => fields.has(name))
}

/** The names that are no fields, by their letters and digits. */
function unknownNames(names: readonly string[], fields: ReadonlyMap<string, Shape>): ReadonlySet<string> {
  return new Set(names.filter((name) => !fields.has(name)).map(lettersOf))
}

/** `final_score`, `finalScore` and `Final Score ` are one name in three spellings. */
const lettersOf = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, '')

function readScalar({ kind }: ScalarShape, found: unknown): Scalar | undefined {
  if (isScalar(kind, found)) return found
  if (typeof found !== 'string') return undefined
  if (kind === 'boolean') {
    const spelling = plainSpelling(found)
    return spelling === 'true' ? true : spelling === 'false' ? false : undefined
  }
  const number = Number(found)
  // Only the spelling that JavaScript itself prints: so nothing was lost in reading it.
  return isScalar(kind, number) && String(number) === found ? number : undefined
}

function chooseOption({ options, spellings }: ScalarShape, value: Scalar): Scalar | undefined {
  if (options?.has(value)) return value
  return typeof value === 'string' ? (spellings.get(plainSpelling(value)) ?? undefined) : undefined
}

function expected({ kind, options }: ScalarShape): string {
  if (!options) return kind === 'integer' ? 'an integer' : `a ${kind}`
  const listed = [...options].slice(0, MAX_OPTIONS_LISTED).map(optionText)
  const more = options.size - listed.length
  return `one of ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function optionText(option: Scalar): string {
  const isLong = typeof option === 'string' && option.length > MAX_OPTION_LENGTH
  return JSON.stringify(isLong ? `${option.slice(0, MAX_OPTION_LENGTH)}…` : option)
}

function describe(found: unknown): string {
  if (found === null) return 'null'
  if (Array.isArray(found)) return 'a list'
  if (typeof found === 'number' && Math.abs(found) > Number.MAX_SAFE_INTEGER) return 'a number beyond 2^53'
  return typeof found === 'object' ? 'an object' : `a ${typeof found}`
}

function pathText(keys: readonly (string | number)[]): string {
  let text = ''
  for (const key of keys) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[A-Za-z_]\w*$/.test(key)) text += text === '' ? key : `.${key}`
    else text += `["${key}"]`
  }
  return text
}
