import { isUtf8 } from 'node:buffer'

/** No text has these: control characters but tab, line feed, form feed, carriage return and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/
/** Bytes that are looked at to know whether they are text. */
const LOOKED_AT = 65_536

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How a text is written, by its bytes; null for what is no text. Windows programs still write tables without UTF-8. */
export function encodingOf(bytes: Buffer): Encoding | null {
  if (bytes.length === 0) return null
  const marked = markedEncoding(bytes)
  if (marked) return marked
  if (BINARY.test(bytes.toString('latin1', 0, LOOKED_AT))) return null
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252'
}

/** What a text in UTF-16 says of itself by its first two bytes. */
export function markedEncoding(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const mark = bytes.length > 1 ? bytes.readUInt16BE(0) : 0
  if (mark !== 0xfffe && mark !== 0xfeff) return null
  return mark === 0xfffe ? 'utf-16le' : 'utf-16be'
}

/** What a page or an XML file says of itself, near its beginning. */
const DECLARED = /<(?:\?xml|meta)\b[^>]{0,500}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})/i
const DECLARED_WITHIN = 4096

/**
 * The text of a document that is one, without a byte order mark; null for what is none. What is no UTF is what it says of
 * itself, where it does: pages in Cyrillic or Japanese are still written so.
 */
export function decodeDocument(bytes: Buffer): string | null {
  const encoding = encodingOf(bytes)
  if (encoding !== 'windows-1252') return encoding && new TextDecoder(encoding).decode(bytes)
  const declared = DECLARED.exec(bytes.toString('latin1', 0, DECLARED_WITHIN))?.[1]
  return decoderOf(declared ?? encoding).decode(bytes)
}

function decoderOf(name: string): TextDecoder {
  try {
    return new TextDecoder(name)
  } catch {
    return new TextDecoder('windows-1252')
  }
}
