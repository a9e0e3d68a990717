import { CsvError, parse } from 'csv-parse/sync'
import { withoutFence } from '../read/without-fence.ts'
import { csvText } from './csv-text.ts'
import { readMarkdownTable } from './markdown-table.ts'

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
 * other separators become commas, and so do the lines of a table in Markdown: then it is `repaired`.
 */
export function readTable(written: string): ReadTable {
  const { text: inside, fenced } = withoutFence(written)
  const markdown = readMarkdownTable(inside)
  if ('rows' in markdown) return ofMarkdown(markdown.rows)
  if (markdown.tables > 1) return { problem: 'has more than one table', truncated: false }
  const text = inside.replace(/^(?:[ \t]*[\r\n])+/, '')
  const delimiter = delimiterOf(text)
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

/** What separates the values of the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const head = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '')
  return DELIMITERS.find((each) => head.includes(each)) ?? ','
}

function ofMarkdown(rows: string[][]): ReadTable {
  const wrong = rows.findIndex((row) => row.length !== rows[0]?.length)
  if (wrong < 0) return { text: csvText(rows), repaired: true }
  return { problem: `has another number of values in row ${wrong + 1} than in the first`, truncated: false }
}

/** The library's own words repeat what was written. */
function problemOf({ code, lines }: CsvError): string {
  const where = typeof lines === 'number' ? ` in line ${lines}` : ''
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'ends within quotes'
  if (/INCONSISTENT/.test(code)) return `has another number of values${where} than in the first`
  return `has quotes in the middle of a value${where}`
}
