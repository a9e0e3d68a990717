import { readJson } from '../../platform/json/read-json.ts'
import { Cursor } from './cursor.ts'
import { readLooseJson } from './loose-json.ts'

const FENCE = '```'

/**
 * The object or list whose JSON, or almost-JSON, is the whole of a string, in a code fence or without one; undefined where
 * the string is none.
 */
export function readStringified(text: string): object | undefined {
  const start = text.search(/\S/)
  const first = text.charAt(start)
  if (first === '`') return readFenced(text.trim())
  if (first !== '{' && first !== '[') return undefined
  try {
    return readJson(text) as object
  } catch {
    const { value, whole, elided, end } = readLooseJson(new Cursor(text, start))
    return whole && !elided && text.slice(end).trim() === '' ? value : undefined
  }
}

function readFenced(text: string): object | undefined {
  if (!text.startsWith(FENCE) || !text.endsWith(FENCE) || text.length < 2 * FENCE.length) return undefined
  const inner = text.slice(FENCE.length, -FENCE.length).replace(/^json/i, '')
  return inner.includes(FENCE) ? undefined : readStringified(inner)
}
