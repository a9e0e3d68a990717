import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import { atMost } from '../platform/at-most.ts'
import { ApiError, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { toldIssues } from '../platform/told-issues.ts'

/**
 * Checks what a path names.
 * @throws {ApiError} MALFORMED_ID, for the first id that is none
 * @throws {ValidationError} for anything else
 */
export function checkPath<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const name = result.error.issues.map(({ path }) => String(path[0])).find((each) => each.endsWith('_id'))
  if (name) throw new ApiError('MALFORMED_ID', `${name} is not a UUID.`)
  return check(schema, params, 'path')
}

/** Paths that were checked, of all endpoints together. */
const MOST_PATHS = 5000

/**
 * Returns what checks paths as `checkPath` does, each once for many requests: callers name the same task again and again,
 * and to check its three ids takes 2 % of an API process's CPU (docs/decisions/tricks.md). What it returns is frozen, since
 * requests share it.
 */
export function createPathCheck() {
  const checked = new LRUCache<string, object>(atMost(MOST_PATHS))
  /** @param path as it was sent, behind what tells its endpoint: of the two come the params, and what checks them */
  return <T>(path: string, schema: z.ZodType<T>, params: unknown): Readonly<T> => {
    const known = checked.get(path)
    if (known) return known as Readonly<T>
    const made = Object.freeze(checkPath(schema, params))
    checked.set(path, made as object)
    return made
  }
}

/** Checks a part of a request. @throws {ValidationError} with locations that begin with `where`. */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  where: string | readonly (string | number)[],
): T {
  const result = schema.safeParse(value, FIRST_ISSUE)
  if (result.success) return result.data
  const tellsAll = countItems(value, MOST_ITEMS) < MOST_ITEMS
  const { error = result.error } = tellsAll ? schema.safeParse(value, { reportInput: true }) : result
  throw new ValidationError(toldIssues(error.issues).flatMap((issue) => toIssues(issue, [where].flat())))
}

/** What a check refuses with; nothing where it refuses nothing. */
export function issuesOf(check: () => unknown): readonly ValidationIssue[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof ValidationError) return error.issues
    throw error
  }
}

/**
 * Stops at the first thing that is wrong, as zod's own `validate` does: of a list of a million wrong items, each would
 * become an issue before the list of issues is cut.
 */
const FIRST_ISSUE: z.core.ParseContextInternal<z.core.$ZodIssue> = { reportInput: true, abortEarly: true }
/** In a value whose lists have so many items, only that first thing is told. */
const MOST_ITEMS = 10_000

/** The items of all lists in a value, counted up to `most`. */
function countItems(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? value.length : 0
  for (const each of Object.values(value)) {
    if (count >= most) return count
    count += countItems(each, most - count)
  }
  return count
}

/** The kinds that clients know from the service this API follows. */
const KINDS: Readonly<Record<string, string>> = {
  invalid_type: 'type_error',
  unrecognized_keys: 'extra_forbidden',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'format_error',
  invalid_value: 'enum',
  invalid_union: 'type_error',
}

function toIssues(issue: z.core.$ZodIssue, where: readonly (string | number)[]): ValidationIssue[] {
  const loc = [...where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ loc: [...loc, key], msg: 'unknown field', type: 'extra_forbidden' }))
  }
  // Whatever the kind of the field: one of several types, or one of several words, is missing in the same way.
  if (issue.input === undefined && issue.code !== 'custom')
    return [{ loc, msg: 'field required', type: 'missing' }]
  return [{ loc, msg: issue.message, type: KINDS[issue.code] ?? 'value_error' }]
}
