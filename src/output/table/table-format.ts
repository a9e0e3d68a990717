import type { OutputFormat } from '../output-format.ts'
import { csvText } from './csv-text.ts'

/** The format that a model is asked for where a table is wanted whose rows have this format. */
export const formatOfRows = (row: OutputFormat): OutputFormat => ({
  rows: { type: 'list', description: 'The rows of a table.', nested_structure: row },
})

/** The table that an answer of `formatOfRows` is. Its first line are the keys of the row's format, in their order. */
export function tableOf(row: OutputFormat, answer: unknown): string {
  const { rows } = answer as { rows: readonly Readonly<Record<string, unknown>>[] }
  const columns = Object.keys(row)
  return csvText([columns, ...rows.map((each) => columns.map((column) => each[column]))])
}
