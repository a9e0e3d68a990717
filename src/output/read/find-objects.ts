import { readLooseJson } from './loose-json.ts'

export interface FoundObjects {
  /** The objects and lists in the text, the best last: objects before `{}`, that before lists, the last before others. */
  readonly candidates: readonly object[]
  /** Closing brackets were missing at the end of the text. */
  readonly truncated: boolean
  /** The text ends within an object that cannot be read. */
  readonly cutObject: boolean
}

/** Finds JSON in any text. Its time is linear in the length of the text. */
export function findObjects(text: string): FoundObjects {
  const opening = /[{[]/g
  const found: object[] = []
  let cutObject = false
  let truncated = false
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const { value, whole, end } = readLooseJson(text, match.index)
    truncated ||= value !== undefined && !whole
    if (value) found.push(value)
    // An object that began after the others would have been the answer.
    else if (!whole && match[0] === '{') cutObject = true
    // Continues where a failed reading stopped, not after its bracket: this keeps the time linear.
    opening.lastIndex = Math.max(end, match.index + 1)
  }
  // Sorting is stable: of the same rank, the last stays the last.
  const candidates = found.sort((one, other) => rank(one) - rank(other))
  return { candidates, truncated, cutObject }
}

function rank(candidate: object): number {
  if (Array.isArray(candidate)) return 1
  return Object.keys(candidate).length === 0 ? 2 : 3
}
