import { readJson } from '../platform/json/read-json.ts'
import { Cursor } from './read/cursor.ts'
import { findObjects } from './read/find-objects.ts'
import { unescapeJson, withoutDoubledQuotes } from './read/unescape-json.ts'

export type OutputReading =
  /** `repaired`: the whole text was not valid JSON. `truncated`: the text ended before its last object did. */
  | {
      readonly ok: true
      /** The objects and lists that were found, the best last; one value where the whole text was JSON. */
      readonly candidates: readonly unknown[]
      readonly repaired: boolean
      readonly truncated: boolean
      /** Members of an object were left out, by an ellipsis or because they cannot be read. */
      readonly elided: boolean
    }
  /** `reason` never contains parts of the text. */
  | { readonly ok: false; readonly reason: string; readonly truncated: boolean }

/**
 * Reads the JSON in a model's text: the whole text if it is JSON, else an object within it, in a code fence or in prose,
 * also slightly broken or cut off. Of several objects the last one counts, since models reason first and give the result
 * last. But an object with keys wins over `{}`, and `{}` over a list.
 *
 * A text that ends in the middle of an object is refused: only the closing brackets of objects may be missing, after a
 * value that is whole; `truncated` says so. A text that is a JSON string is read once more. Never throws, and never
 * evaluates code. Its time is linear in the length of the text. A text of more than `maxBytes` (UTF-8) is refused.
 */
export function readOutput(text: string, maxBytes: number): OutputReading {
  if (Buffer.byteLength(text) > maxBytes)
    return { ok: false, reason: `is longer than ${maxBytes} bytes`, truncated: false }
  if (text.trim() === '') return { ok: false, reason: 'is empty', truncated: false }
  try {
    const value = readJson(text.trim())
    if (typeof value === 'string') return readLoosely(value)
    if (!isMiswritten(text)) return asItStands(value)
  } catch {
    // Not JSON as it stands.
  }
  return readLoosely(text)
}

const NEVER_MEANT = /(?<!\\)(?:\\\\)*\\[bf][a-zA-Z]/

/** Whether JSON has a form feed or backspace before a letter: `\\frac` with too few backslashes. */
function isMiswritten(text: string): boolean {
  // Ordinary answers have neither, and are not searched by an expression.
  return (text.includes('\\f') || text.includes('\\b')) && NEVER_MEANT.test(text)
}

function asItStands(value: unknown): OutputReading {
  return { ok: true, candidates: [value], repaired: false, truncated: false, elided: false }
}

function readLoosely(written: string): OutputReading {
  const text = withoutDoubledQuotes(written)
  const found = findObjects(new Cursor(text))
  const unescaped = found.candidates.some(hasKeys) ? null : unescapeJson(text)
  const { candidates, cutObject, ...doubts } = unescaped === null ? found : findObjects(new Cursor(unescaped))
  if (cutObject) return { ok: false, reason: 'ends in the middle of its JSON', truncated: true }
  if (candidates.length > 0) return { ok: true, candidates, repaired: true, ...doubts }
  return { ok: false, reason: 'holds no readable JSON object', truncated: false }
}

function hasKeys(candidate: object): boolean {
  return !Array.isArray(candidate) && Object.keys(candidate).length > 0
}
