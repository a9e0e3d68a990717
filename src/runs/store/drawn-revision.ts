/** What a worker would draw for a run now: the revision, and the model that it would call first, see `laneOf`. */
export interface Drawn {
  readonly revision: string
  /** Null when the caller chose it. */
  readonly split: number | null
  readonly model: string
}

/**
 * A revision and the version of the weights that it was drawn by, as one value: the id, and after a space the number of
 * the split. A revision that the caller chose has none. So scripts and messages carry both without knowing of it.
 */
export interface DrawnRevision {
  readonly revision: string | null
  readonly split: number | null
}

export const drawnToText = (revision: string, split: number | null): string =>
  split === null ? revision : `${revision} ${split}`

/** Nothing, or an empty text: no revision yet. */
export function readDrawn(text: string | null | undefined): DrawnRevision {
  if (!text) return { revision: null, split: null }
  const space = text.indexOf(' ')
  if (space < 0) return { revision: text, split: null }
  return { revision: text.slice(0, space), split: Number(text.slice(space + 1)) }
}
