import { readLooseJson } from './loose-json.ts'

export type OutputReading =
  /** `repaired`: the whole text was not valid JSON. `truncated`: the text ended before its last object did. */
  | { readonly ok: true; readonly value: unknown; readonly repaired: boolean; readonly truncated: boolean }
  /** `reason` never contains parts of the text. */
  | { readonly ok: false; readonly reason: string }

/**
 * Reads the JSON in a model's text: the whole text if it is JSON, else an object within it, in a code fence or in prose,
 * also slightly broken or cut off. Of several objects the last one counts, since models reason first and give the result
 * last. But an object with keys wins over `{}`, and `{}` over a list.
 *
 * Objects that were cut off are closed there; a number or key at the end of the text is left out, since it may be
 * incomplete. Never throws, and never evaluates code. Its time is linear in the length of the text. A text of more than
 * `maxBytes` (UTF-8) is refused.
 */
export function readOutput(text: string, maxBytes: number): OutputReading {
  if (Buffer.byteLength(text) > maxBytes) return { ok: false, reason: `is longer than ${maxBytes} bytes` }
  if (text.trim() === '') return { ok: false, reason: 'is empty' }
  try {
    return { ok: true, value: JSON.parse(text.trim()), repaired: false, truncated: false }
  } catch {
    const { value, truncated } = findObject(text)
    return value
      ? { ok: true, value, repaired: true, truncated }
      : { ok: false, reason: 'holds no readable JSON object' }
  }
}

function findObject(text: string): { value: object | undefined; truncated: boolean } {
  const opening = /[{[]/g
  let best: object | undefined
  let truncated = false
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const { value, whole, end } = readLooseJson(text, match.index)
    truncated ||= value !== undefined && !whole
    if (value && rank(value) >= rank(best)) best = value
    // Continues where a failed reading stopped, not after its bracket: this keeps the time linear.
    opening.lastIndex = Math.max(end, match.index + 1)
  }
  return { value: best, truncated }
}

function rank(candidate: object | undefined): number {
  if (candidate === undefined) return 0
  if (Array.isArray(candidate)) return 1
  return Object.keys(candidate).length === 0 ? 2 : 3
}
