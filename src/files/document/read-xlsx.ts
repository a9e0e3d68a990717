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
  return value instanceof Date ? timeText(value) : String(value)
}

/** Where the days are counted from, in all but the oldest workbooks of Macs. */
const DAY_ZERO = Date.UTC(1899, 11, 30)
/** What is formatted as a time and comes before is one of day, or lasts so long: no table has dates of those days. */
const FIRST_DATE = Date.UTC(1900, 2, 1)

/** A date or time as the sheet has it: without a zone, which it does not say, and with the hours of a sum beyond 24. */
function timeText(value: Date): string {
  // A time is a fraction of a day, and seldom exact.
  const seconds = Math.round(value.getTime() / 1000)
  const lasting = seconds - DAY_ZERO / 1000
  if (lasting < 0 || seconds >= FIRST_DATE / 1000) {
    return new Date(seconds * 1000).toISOString().replace(/(?:T00:00:00)?\.000Z$/, '')
  }
  const [hours, minutes, rest] = [Math.floor(lasting / 3600), Math.floor(lasting / 60) % 60, lasting % 60]
  return [hours, minutes, rest].map((each) => String(each).padStart(2, '0')).join(':')
}
