import { decodeDocument } from './decode-document.ts'
import type { DocumentExtension } from './document-format.ts'
import { readZipDirectory } from './read-zip-directory.ts'

/** Bytes of a text that are looked at to know what it is. */
const LOOKED_AT = 65_536
/** Readers of PDF take a file for one that has its mark so far from the beginning. */
const PDF_MARK_WITHIN = 1024
const HTML = /^<(?:!doctype\s{1,20}html|html|head|body)[\s>]/i
const DELIMITERS = [',', ';', '\t', '|'] as const
/** Comments before the first tag of a page. */
const MOST_COMMENTS = 20
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
  if (HTML.test(withoutPreamble(head))) return 'html'
  return delimiterOf(head) ? 'csv' : 'txt'
}

/** What is left behind white space, an XML declaration and comments. Read step by step: a pattern would try every way. */
function withoutPreamble(text: string): string {
  let rest = text.trimStart()
  for (const [begin, end] of [['<?xml', '?>'], ...Array(MOST_COMMENTS).fill(['<!--', '-->'])]) {
    if (!rest.startsWith(begin)) continue
    const at = rest.indexOf(end)
    if (at < 0) return rest
    rest = rest.slice(at + end.length).trimStart()
  }
  return rest
}

/**
 * What stands between the values of a table; null for a text that is none. Values may be quoted, with delimiters and line
 * breaks inside.
 */
export function delimiterOf(text: string): string | null {
  const lines = countDelimiters(text.slice(0, LOOKED_AT))
  if (lines.length < 2) return null
  const found = DELIMITERS.findIndex((_, at) => {
    const first = lines[0]?.[at] ?? 0
    return first > 0 && lines.every((counts) => counts[at] === first)
  })
  return DELIMITERS[found] ?? null
}

/** How often each delimiter stands outside of quotes, in each of the first lines that are not empty. */
function countDelimiters(text: string): number[][] {
  const lines: number[][] = []
  let counts = DELIMITERS.map(() => 0)
  let isEmpty = true
  let isQuoted = false
  for (const character of `${text}\n`) {
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted) continue
    if (character === '\n') {
      if (!isEmpty) lines.push(counts)
      if (lines.length === LINES) return lines
      counts = DELIMITERS.map(() => 0)
      isEmpty = true
      continue
    }
    if (character.trim() !== '') isEmpty = false
    const at = DELIMITERS.indexOf(character as (typeof DELIMITERS)[number])
    if (at >= 0) counts[at] = (counts[at] ?? 0) + 1
  }
  return lines
}
