import type { ImagePart } from '../model.ts'

/**
 * The data URL of an image in a chat request; only for `JSON.stringify`. Base64 has no characters to escape, so it is
 * written as it is. To check megabytes of it for characters to escape would block the process four times as long.
 */
export function dataUrl({ mediaType, base64 }: ImagePart): string {
  return JSON.rawJSON(`"data:${mediaType};base64,${base64}"`) as unknown as string
}

/** The same without what stands before the bytes. */
export function rawBase64({ base64 }: ImagePart): string {
  return JSON.rawJSON(`"${base64}"`) as unknown as string
}
