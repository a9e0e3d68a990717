import { CsvError, parse } from 'csv-parse/sync'
import { withoutFence } from '../read/without-fence.ts'
import { csvText } from './csv-text.ts'

/** What a text is as a table: comma-separated values without formulas, or what is wrong with it. */
export type ReadTable =
  | { readonly text: string; readonly repaired: boolean }
  | { readonly problem: string; readonly truncated: boolean }

const DELIMITERS = [',', ';', '\t', '|'] as const

/** What a model is told that is to write a table. */
export const TABLE_INSTRUCTIONS =
  'Answer with a table of comma-separated values (RFC 4180) and nothing else: no other text, no code fence. ' +
  'The first line names the columns; every line has as many values. Values with commas, quotes or line breaks stand in double quotes.'

/** The user's message after a text that is no table. */
export const repairTableRequest = (problem: string): string =>
  `Your answer is no table: it ${problem}. ${TABLE_INSTRUCTIONS}`

/**
 * Reads what a model wrote as a table. Every row must have as many values as the first. A fence around it is taken off,
 * and other separators become commas: then it is `repaired`.
 */
export function readTable(written: string): ReadTable {
  const { text, fenced } = withoutFence(written)
  const head = text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'))
  const delimiter = DELIMITERS.find((each) => head.includes(each)) ?? ','
  let rows: string[][]
  try {
    rows = parse(text, { delimiter, bom: true, skip_empty_lines: true, relax_quotes: false }) as string[][]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { problem: problemOf(error), truncated: error.code === 'CSV_QUOTE_NOT_CLOSED' }
  }
  const isTable = rows.length > 1 || (rows[0]?.length ?? 0) > 1
  if (!isTable) return { problem: 'has neither two lines nor two columns', truncated: false }
  return { text: csvText(rows), repaired: fenced || delimiter !== ',' }
}

/** The library's own words repeat what was written. */
function problemOf({ code, lines }: CsvError): string {
  const where = typeof lines === 'number' ? ` in line ${lines}` : ''
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'ends within quotes'
  if (/INCONSISTENT/.test(code)) return `has another number of values${where} than in the first`
  return `has quotes in the middle of a value${where}`
}
