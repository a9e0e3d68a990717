import { readLooseJson } from './loose-json.ts'

export type AnswerReading =
  /** `repaired`: the text was not JSON by itself. */
  | { readonly ok: true; readonly value: unknown; readonly repaired: boolean }
  /** `reason` never repeats the text. */
  | { readonly ok: false; readonly reason: string }

/**
 * Reads the JSON out of a model's text: the whole text where that is JSON, else an object within it, in a
 * code fence or in prose, slightly broken or cut off. Of several objects the last one counts, since models
 * think first and answer last; an object with keys goes before `{}`, and that before a list.
 *
 * What was cut off is closed where it stands; a number or key that ends with the text is left out, for its
 * other half may be missing. Never throws, evaluates nothing, and takes time in proportion to the text,
 * which is refused beyond `maxBytes` of UTF-8.
 */
export function readOutput(text: string, maxBytes: number): AnswerReading {
  if (Buffer.byteLength(text) > maxBytes) return { ok: false, reason: `is longer than ${maxBytes} bytes` }
  if (text.trim() === '') return { ok: false, reason: 'is empty' }
  try {
    return { ok: true, value: JSON.parse(text.trim()), repaired: false }
  } catch {
    const value = findObject(text)
    return value
      ? { ok: true, value, repaired: true }
      : { ok: false, reason: 'holds no readable JSON object' }
  }
}

function findObject(text: string): object | undefined {
  const opening = /[{[]/g
  let best: object | undefined
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const { value, end } = readLooseJson(text, match.index)
    if (value && rank(value) >= rank(best)) best = value
    // Going on where a failed reading stopped, not behind its bracket, is what keeps all of this linear.
    opening.lastIndex = Math.max(end, match.index + 1)
  }
  return best
}

function rank(candidate: object | undefined): number {
  if (candidate === undefined) return 0
  if (Array.isArray(candidate)) return 1
  return Object.keys(candidate).length === 0 ? 2 : 3
}
