import type TurndownService from 'turndown'
import { TooLarge } from './extraction-limits.ts'

/** Merged cells multiply what little HTML says: so many places are made of all tables at most, empty ones too. */
const MOST_PLACES = 500_000

const TOO_MANY = `its tables have more than ${MOST_PLACES} cells`

type Grid = readonly (readonly string[])[]

/**
 * Has a converter write tables as tables, with one place for each cell: what spans several stands in the first, and the
 * others are empty, so that a value stays below its heading. Tables that only lay out a page, with one column or with tables
 * inside, are read cell by cell.
 * @throws {TooLarge} while it converts
 */
export function writeTables(turndown: TurndownService): void {
  let left = MOST_PLACES
  /** What the cells say, as they are met: each before its table. */
  const said = new WeakMap<object, string>()
  turndown.addRule('cell', {
    filter: ['td', 'th'],
    replacement(content, cell) {
      said.set(cell, content)
      return `\n\n${content}\n\n`
    },
  })
  turndown.addRule('table', {
    filter: 'table',
    replacement(content, node) {
      const table = node as HTMLTableElement
      if (table.querySelector('table')) return `\n\n${content}\n\n`
      const grid = gridOf(table, left, (cell) => oneLine(said.get(cell) ?? ''))
      left -= grid.length * (grid[0]?.length ?? 0)
      const [head, ...rows] = grid
      if (!head || head.length < 2) return `\n\n${content}\n\n`
      const caption = table.querySelector('caption')?.textContent?.trim()
      const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
      return `\n\n${caption ? `${caption}\n\n` : ''}${lines.join('\n')}\n\n`
    },
  })
}

/** A cell is one line of Markdown, and ends at a bar. */
const oneLine = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('<br>')

/**
 * The places of a table: as many in each row. Rows that say nothing are left out, and so are columns at the end: many a page
 * has cells that span more of them than there are.
 */
function gridOf(table: HTMLTableElement, most: number, textOf: (cell: Element) => string): Grid {
  const grid: string[][] = []
  /** How many rows further each column is taken by a cell above. */
  const taken: number[] = []
  let places = 0
  let width = 0
  for (const row of Array.from(table.querySelectorAll('tr'))) {
    const line: string[] = []
    const put = (text: string) => {
      places += 1
      if (places > most) throw new TooLarge(TOO_MANY)
      line.push(text)
    }
    const passTaken = () => {
      for (let left = taken[line.length] ?? 0; left > 0; left = taken[line.length] ?? 0) {
        taken[line.length] = left - 1
        put('')
      }
    }
    // Not its children: old pages have a form around the cells of a row.
    for (const cell of Array.from(row.querySelectorAll('td, th'))) {
      passTaken()
      const [rows, columns] = [spanOf(cell, 'rowspan'), spanOf(cell, 'colspan')]
      for (let at = 0; at < columns; at += 1) {
        taken[line.length] = rows - 1
        put(at === 0 ? textOf(cell) : '')
      }
    }
    passTaken()
    while (line.at(-1) === '') line.pop()
    if (line.length === 0) continue
    width = Math.max(width, line.length)
    grid.push(line)
  }
  if (grid.length * width > most) throw new TooLarge(TOO_MANY)
  return grid.map((line) => [...line, ...Array<string>(width - line.length).fill('')])
}

/** As browsers read it: at least one, and at most so many. */
const spanOf = (cell: Element, name: 'colspan' | 'rowspan'): number =>
  Math.min(1000, Math.max(1, Number.parseInt(cell.getAttribute(name) ?? '', 10) || 1))
