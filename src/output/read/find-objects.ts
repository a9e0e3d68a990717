import type { Cursor } from './cursor.ts'
import { readLooseJson } from './loose-json.ts'

export interface FoundObjects {
  /** The objects and lists in the text, the best last: lists, `{}`, other objects, each in the order of the text. */
  readonly candidates: readonly object[]
  /** Closing brackets were missing at the end of the text. */
  readonly truncated: boolean
  /** Members of an object were left out, by an ellipsis or because they cannot be read. */
  readonly elided: boolean
  /** The text ends within an object that cannot be read. */
  readonly cutObject: boolean
}

/** Finds JSON in the text of the cursor. Its time is linear in the length of the text. */
export function findObjects(cursor: Cursor): FoundObjects {
  const opening = /[{[]/g
  const found: object[] = []
  let cutObject = false
  let truncated = false
  let elided = false
  for (let match = opening.exec(cursor.text); match; match = opening.exec(cursor.text)) {
    cursor.moveTo(match.index)
    const reading = readLooseJson(cursor)
    if (reading.value) {
      found.push(reading.value)
      truncated ||= !reading.whole
      elided ||= reading.elided
    }
    // An object that began after the others would have been the answer.
    else if (!reading.whole && match[0] === '{') cutObject = true
    // Continues where a failed reading stopped, not after its bracket: this keeps the time linear.
    opening.lastIndex = Math.max(reading.end, match.index + 1)
  }
  // Sorting is stable: of the same rank, the last stays the last.
  const candidates = found.sort((one, other) => rank(one) - rank(other))
  return { candidates, truncated, elided, cutObject }
}

/** Objects with keys are answers, before `{}`, and that before lists. */
function rank(candidate: object): number {
  if (Array.isArray(candidate)) return 1
  return Object.keys(candidate).length === 0 ? 2 : 3
}
