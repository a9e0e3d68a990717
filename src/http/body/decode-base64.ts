/** The alphabet of base64, or that of URLs, padded or not. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** The bytes that a text in base64 stands for; null where it is none. Line breaks and a `data:` before it are no part of it. */
export function decodeBase64(text: string): Buffer | null {
  const comma = text.startsWith('data:') ? text.indexOf(';base64,') : -1
  const plain = (comma < 0 ? text : text.slice(comma + ';base64,'.length)).replaceAll(/\s+/g, '')
  // Four letters are three bytes, and a single one is less than a byte.
  const over = plain.length % 4
  if (!BASE64.test(plain) || over === 1 || (plain.endsWith('=') && over !== 0)) return null
  return Buffer.from(plain, 'base64')
}
