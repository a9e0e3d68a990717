import { Cursor } from './cursor.ts'
import { readLooseJson } from './loose-json.ts'

/** The object or list whose JSON, or almost-JSON, is the whole of a string; undefined where the string is none. */
export function readStringified(text: string): object | undefined {
  const start = text.search(/\S/)
  const first = text.charAt(start)
  if (first !== '{' && first !== '[') return undefined
  try {
    return JSON.parse(text)
  } catch {
    const { value, whole, elided, end } = readLooseJson(new Cursor(text, start))
    return whole && !elided && text.slice(end).trim() === '' ? value : undefined
  }
}
