import { ApiError, ValidationError } from '../../platform/errors.ts'
import { mayBeInexact, parseExact } from '../../platform/json/exact-json.ts'
import { readJson } from '../../platform/json/read-json.ts'

/** Far beyond any output_format, and far within what can be written again without running out of stack. */
const MOST_LEVELS = 200

/**
 * Parses JSON; an empty text is an empty object, since some calls need no body. Of a key that stands twice in an
 * object, the last one counts.
 * @param exact the member whose numbers stay as they are written, also where a double cannot hold them; or `all`
 * @throws {ValidationError} when it is nested too deeply
 * @throws {ApiError} MALFORMED_JSON
 */
export function parseJson(text: string, exact?: 'all' | { readonly member: string }): unknown {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = readJson(text)
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep()
    throw new ApiError('MALFORMED_JSON', 'The body is not valid JSON.', {}, cause)
  }
  // Each level takes a bracket at either end.
  if (text.length > 2 * MOST_LEVELS && isDeeperThan(MOST_LEVELS, value)) {
    throw tooDeep()
  }
  if (!exact || !mayBeInexact(text)) return value
  const whole = readJson(text, parseExact)
  if (exact === 'all') return whole
  // The schemas of other members take numbers of the usual kind.
  const { member } = exact
  return isObject(whole) && Object.hasOwn(whole, member)
    ? { ...(value as object), [member]: whole[member] }
    : value
}

const tooDeep = () => ValidationError.at(['body'], `nested deeper than ${MOST_LEVELS} levels`, 'too_big')

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each))
}
