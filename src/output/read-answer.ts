import { jsonrepair } from 'jsonrepair'

export type Reading =
  | { readonly ok: true; readonly value: unknown; readonly repaired: boolean }
  | { readonly ok: false; readonly reason: string }

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Reads the JSON object out of a model's words: as it stands, else from a fenced block, else from the outermost
 * braces, else after mending what is slightly broken or cut off. Never throws and never runs anything.
 * @param maxLength characters; a longer text is not read at all.
 */
export function readAnswer(text: string, maxLength: number): Reading {
  if (text.length > maxLength)
    return { ok: false, reason: `the answer is longer than ${maxLength} characters` }
  const whole = text.replace(/^\uFEFF/, '').trim()
  const direct = parse(whole)
  if (isObject(direct)) return { ok: true, value: direct, repaired: false }

  const candidates = candidatesIn(whole)
  for (const candidate of candidates) {
    const value = parse(candidate)
    if (isObject(value)) return { ok: true, value, repaired: true }
  }
  for (const candidate of candidates) {
    const value = mend(candidate)
    if (isObject(value)) return { ok: true, value, repaired: true }
  }
  if (direct !== undefined) return { ok: true, value: direct, repaired: false }
  return { ok: false, reason: 'the answer holds no JSON object' }
}

function candidatesIn(text: string): string[] {
  const found: string[] = []
  const opening = text.indexOf('```')
  if (opening !== -1) {
    const start = text.indexOf('\n', opening)
    const end = text.indexOf('```', opening + 3)
    if (start !== -1) found.push(text.slice(start + 1, end > start ? end : undefined).trim())
  }
  const first = text.indexOf('{')
  const last = text.lastIndexOf('}')
  if (first !== -1 && last > first) found.push(text.slice(first, last + 1))
  if (first !== -1) found.push(text.slice(first))
  return found
}

function mend(text: string): unknown {
  // The repairer recurses: nesting that no output_format allows is not worth a deep stack.
  if ((text.match(/[{[]/g)?.length ?? 0) > 20_000) return undefined
  try {
    return JSON.parse(jsonrepair(text))
  } catch {
    return undefined
  }
}
