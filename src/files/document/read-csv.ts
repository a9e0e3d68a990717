import { parse } from 'csv-parse/sync'
import { decodeDocument } from './decode-document.ts'
import { checkText, type ExtractionLimits, Unreadable } from './extraction-limits.ts'
import { delimiterOf } from './sniff-document.ts'

/** A table with commas and line feeds, whatever it was written with. */
export function readCsv(bytes: Buffer, limits: ExtractionLimits): string {
  const text = decodeDocument(bytes)
  if (text === null) throw new Unreadable('it is no text')
  // Written again it is hardly shorter, and what is too long takes long to parse.
  checkText(text.length, limits)
  const rows = parse(text, {
    delimiter: delimiterOf(text) ?? ',',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  }) as unknown as string[][]
  return writeRows(rows, limits)
}

/** Rows as comma-separated values. @throws {TooLarge} */
export function writeRows(rows: readonly (readonly string[])[], limits: ExtractionLimits): string {
  const lines: string[] = []
  let length = 0
  for (const row of rows) {
    const line = row.map(quoted).join(',')
    length += line.length + 1
    checkText(length, limits)
    lines.push(line)
  }
  return lines.join('\n')
}

const quoted = (value: string): string =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
