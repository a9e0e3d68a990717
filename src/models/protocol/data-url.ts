import type { ImagePart } from '../model.ts'

declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as this text, which has to be the JSON of a string, number, boolean or null. */
    rawJSON(text: string): object
  }
}

/**
 * An image as the URL that a chat request holds, for `JSON.stringify` and nothing else. Nothing in base64 has to be
 * escaped, so it is written as it is: to look through megabytes of it letter by letter would hold up the process, four
 * times as long.
 */
export function dataUrl({ mediaType, base64 }: ImagePart): string {
  return JSON.rawJSON(`"data:${mediaType};base64,${base64}"`) as unknown as string
}
