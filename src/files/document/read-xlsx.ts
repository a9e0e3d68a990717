import readXlsxFile from 'read-excel-file/universal'
import type { ExtractionLimits } from './extraction-limits.ts'
import { inflateZip } from './inflate-zip.ts'
import { writeRows } from './read-csv.ts'

/** Every sheet of an Excel workbook under its name, as comma-separated values. */
export async function readXlsx(bytes: Buffer, limits: ExtractionLimits): Promise<string> {
  const inflated = inflateZip(bytes, limits, (name) => /\.(xml|rels)$/i.test(name))
  const sheets = await readXlsxFile(new Uint8Array(inflated).buffer)
  const parts = sheets.map(({ sheet, data }) => {
    const rows = data.map((row) => row.map(cellText)).filter((row) => row.some((cell) => cell !== ''))
    return rows.length > 0 ? `## ${sheet}\n\n${writeRows(rows, limits)}` : ''
  })
  return parts.filter(Boolean).join('\n\n')
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return value instanceof Date ? value.toISOString().replace('T00:00:00.000Z', '') : String(value)
}
