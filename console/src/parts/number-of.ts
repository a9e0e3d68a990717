/**
 * A number as somebody has typed it.
 * @param name of its field, for a person
 * @throws {TypeError} where it is none, or nothing; its message begins with the name
 */
export function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new TypeError(`${name}: ${text.trim() === '' ? 'nothing is typed' : `“${text}” is no number`}.`)
  }
  return value
}
