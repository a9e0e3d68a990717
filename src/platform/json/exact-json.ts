declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as this text, which has to be the JSON of a string, number, boolean or null. */
    rawJSON(text: string): object
    isRawJSON(value: unknown): boolean
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
  }
}

/**
 * Whether a text may hold a number that a double cannot hold: one with more digits than doubles are sure of, or with an
 * exponent of three digits. It may say so of digits within a string; that only costs the slower way of reading.
 */
const MAY_BE_INEXACT = /(?:^|[:[,\s])-?(?:[\d.]{16}|[\d.]+[eE][+-]?\d{3})/

/** Whether there may be a difference between `parseExact` and `JSON.parse`. */
export function mayBeInexact(text: string): boolean {
  return MAY_BE_INEXACT.test(text)
}

/**
 * Parses JSON as `JSON.parse` does, but for numbers that a double cannot hold, such as ids of 20 digits or 1e400: they
 * become raw JSON (see `JSON.rawJSON`), which `JSON.stringify` writes just as it was. Texts without such numbers cost
 * one look.
 * @throws {SyntaxError}
 */
export function parseExact(text: string): unknown {
  if (!mayBeInexact(text)) return JSON.parse(text)
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value !== 'number' || source === undefined || isExact(source, value)
      ? value
      : JSON.rawJSON(source),
  )
}

/** Whether a value holds raw JSON, so that its text has to be read by `parseExact` again. */
export function holdsRawJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return JSON.isRawJSON(value) || Object.values(value).some(holdsRawJson)
}

/** Whether the double that a number was read as is the number that was written. */
function isExact(source: string, value: number): boolean {
  return Number.isFinite(value) && decimalOf(source) === decimalOf(String(value))
}

/** The one way to write a decimal number: its significant digits, and the power of ten of the last one. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = whole + fraction
  let first = 0
  let end = digits.length
  while (digits[first] === '0') first += 1
  while (end > first && digits[end - 1] === '0') end -= 1
  if (first === end) return '0'
  return `${sign}${digits.slice(first, end)}e${Number(power) - fraction.length + digits.length - end}`
}
