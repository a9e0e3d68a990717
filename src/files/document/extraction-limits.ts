/** What the text of a document may be made of. */
export interface ExtractionLimits {
  readonly pagesMax: number
  /** Characters of the text. */
  readonly textMax: number
  /** Bytes of all parts of an Office file, as they claim to be when they are inflated. */
  readonly inflatedMax: number
}

/** The document may be sound, and is more than is read. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** What is wrong with a document, in words for its sender: those of libraries are for nobody. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** @throws {TooLarge} for a text, or what there is of it so far, that is too long */
export function checkText(characters: number, { textMax }: ExtractionLimits): void {
  if (characters > textMax) throw new TooLarge(`its text has more than ${textMax} characters`)
}
