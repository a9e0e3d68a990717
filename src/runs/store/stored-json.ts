/** An object as it is stored: what is undefined is left out. */
export type Members<T> = Record<keyof T, unknown>

/**
 * Stands before the member of a stored object that may be large: the inputs of a request, the response of a result, or
 * what there was of one. JSON
 * has line breaks nowhere else, so a script finds what comes before without reading JSON, and lists need no more.
 */
const BEFORE_LARGE = '\n'

/** JSON of an object, with one more member that is its last and may be large; `more`: JSON of others of that kind. */
export function withLarge(rest: object, name: string, large: unknown, more = ''): string {
  return `${JSON.stringify(rest).slice(0, -1)}${BEFORE_LARGE}${more},"${name}":${JSON.stringify(large)}}`
}

/** The value, unless it is as usual: then it need not be stored. */
export const unless = <T>(usual: T, value: T): T | undefined => (value === usual ? undefined : value)

/** The same for lists and objects, which are usually empty or not there. */
export const someOf = <T extends object>(value: T | null): T | undefined =>
  value === null || Object.keys(value).length === 0 ? undefined : value
