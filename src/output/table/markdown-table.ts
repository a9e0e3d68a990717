/**
 * The line below the first of a table in Markdown, which says how columns are aligned, without space at its ends. What may
 * be read in one way only takes no longer than it is long.
 */
const RULE = /^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/

/** The rows of a table in Markdown, or how many tables there are where it is not one. */
export type MarkdownTable = { readonly rows: string[][] } | { readonly tables: number }

/**
 * Reads the only table in a text that is written in Markdown, with lines between its columns; text around it is a model's
 * talk. Without the line below its first one it is none, since `|` may separate the values of any table; between quotes it is
 * a value of one.
 */
export function readMarkdownTable(text: string): MarkdownTable {
  if (!text.includes('|') || !text.includes('-')) return { tables: 0 }
  const lines = text.split(/\r?\n|\r/)
  const rules = rulesOf(lines)
  const [rule] = rules
  if (rule === undefined || rules.length > 1) return { tables: rules.length }
  const after = lines.findIndex((line, at) => at > rule && !line.includes('|'))
  const rows = [lines[rule - 1] ?? '', ...lines.slice(rule + 1, after < 0 ? undefined : after)]
  return { rows: rows.map(cellsOf) }
}

/** Which lines stand below the first of a table. */
function rulesOf(lines: readonly string[]): number[] {
  const rules: number[] = []
  let isQuoted = false
  let isHead = false
  for (const [at, line] of lines.entries()) {
    if (isHead && isRule(line.trim())) rules.push(at)
    const bar = line.indexOf('|')
    isHead = bar >= 0 && isQuoted === hasOddQuotes(line.slice(0, bar))
    isQuoted = isQuoted !== hasOddQuotes(line)
  }
  return rules
}

const isRule = (line: string): boolean => line.includes('|') && RULE.test(line)

const hasOddQuotes = (text: string): boolean => text.split('"').length % 2 === 0

/** A line of Markdown without what stands at its ends; `\|` is a sign of a cell. */
function cellsOf(line: string): string[] {
  const cells = line.trim().split(/(?<!\\)\|/)
  if (cells[0]?.trim() === '') cells.shift()
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop()
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim())
}
