import { decodeDocument } from './decode-document.ts'
import type { DocumentExtension } from './document-format.ts'
import { readZipDirectory } from './read-zip-directory.ts'

/** Bytes of a text that are looked at to know what it is. */
const LOOKED_AT = 65_536
/** Readers of PDF take a file for one that has its mark so far from the beginning. */
const PDF_MARK_WITHIN = 1024
const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,4000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]/i
const DELIMITERS = [',', ';', '\t', '|'] as const
/** Lines that must have as many delimiters each for a text to be a table. */
const LINES = 10

/** What a document is, by its bytes and never by its name; null for anything but the formats that are read. */
export function sniffDocument(bytes: Buffer): DocumentExtension | null {
  const mark = bytes.subarray(0, PDF_MARK_WITHIN).indexOf('%PDF-')
  const zip = readZipDirectory(bytes)
  if (zip?.names.includes('word/document.xml')) return 'docx'
  if (zip?.names.includes('xl/workbook.xml')) return 'xlsx'
  if (zip) return null
  if (mark >= 0) return 'pdf'
  const head = decodeDocument(bytes.subarray(0, LOOKED_AT))
  if (head === null || head.startsWith('{\\rtf')) return null
  if (HTML.test(head)) return 'html'
  return delimiterOf(head) ? 'csv' : 'txt'
}

/** What stands between the values of a table; null for a text that is none. Values may be quoted, with delimiters inside. */
export function delimiterOf(text: string): string | null {
  const lines = text
    .slice(0, LOOKED_AT)
    .replaceAll(/"(?:[^"]|"")*"/g, '""')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, LINES)
  if (lines.length < 2) return null
  const found = DELIMITERS.find((delimiter) => {
    const counts = new Set(lines.map((line) => line.split(delimiter).length))
    return counts.size === 1 && !counts.has(1)
  })
  return found ?? null
}
