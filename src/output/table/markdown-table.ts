/** The line below the first of a table in Markdown, which says how columns are aligned. */
const RULE = /^\s{0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/

/** The rows of a table in Markdown, or how many tables there are where it is not one. */
export type MarkdownTable = { readonly rows: string[][] } | { readonly tables: number }

/**
 * Reads the only table in a text that is written in Markdown, with lines between its columns; text around it is a model's
 * talk. Without the line below its first one it is none, since `|` may separate the values of any table.
 */
export function readMarkdownTable(text: string): MarkdownTable {
  if (!text.includes('|') || !text.includes('-')) return { tables: 0 }
  const lines = text.split(/\r?\n|\r/)
  const rules = lines.flatMap((line, at) => (isRule(line) && lines[at - 1]?.includes('|') ? [at] : []))
  const [rule] = rules
  if (rule === undefined || rules.length > 1) return { tables: rules.length }
  const after = lines.findIndex((line, at) => at > rule && !line.includes('|'))
  const rows = [lines[rule - 1] ?? '', ...lines.slice(rule + 1, after < 0 ? undefined : after)]
  return { rows: rows.map(cellsOf) }
}

const isRule = (line: string): boolean => line.includes('|') && RULE.test(line)

/** A line of Markdown without what stands at its ends; `\|` is a sign of a cell. */
function cellsOf(line: string): string[] {
  const cells = line.trim().split(/(?<!\\)\|/)
  if (cells[0]?.trim() === '') cells.shift()
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop()
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim())
}
