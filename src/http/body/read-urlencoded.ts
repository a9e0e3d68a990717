import { decodeText } from './decode-text.ts'

/** Bytes that are written as `%C3%BC`. */
const ENCODED = /(?:%[0-9a-f]{2})+/gi
/** One of them that is no ASCII. */
const BEYOND_ASCII = /%[89a-f][0-9a-f]/i

/**
 * The pairs of a urlencoded text, its bytes read in the charset that it says. To `URLSearchParams`, every byte that is
 * no UTF-8 would be U+FFFD.
 * @throws {ApiError} see decodeText
 */
export function readUrlencoded(text: string, charset: string | null): [string, string][] {
  return [...new URLSearchParams(checkEncoded(text, charset))]
}

/** The text with all that is percent-encoded in UTF-8. @throws {ApiError} see decodeText */
export function checkEncoded(text: string, charset: string | null): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text.replaceAll(ENCODED, (encoded) =>
    encodeURIComponent(decodeText(Buffer.from(encoded.replaceAll('%', ''), 'hex'), charset)),
  )
}
