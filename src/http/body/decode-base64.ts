/** The alphabet of base64, or that of URLs, padded or not. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** The bytes that a text in base64 stands for; null where it is none. Line breaks and a `data:` before it are no part of it. */
export function decodeBase64(text: string): Buffer | null {
  const comma = text.startsWith('data:') ? text.indexOf(';base64,') : -1
  const plain = (comma < 0 ? text : text.slice(comma + ';base64,'.length)).replaceAll(/\s+/g, '')
  if (!BASE64.test(plain)) return null
  // A single letter over is less than a byte.
  return plain.replace(/={1,2}$/, '').length % 4 === 1 ? null : Buffer.from(plain, 'base64')
}
