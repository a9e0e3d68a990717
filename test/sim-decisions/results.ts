import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GeneratedDocument, withSection } from '../support/generated-section.ts'
import type { Extent, Figure } from './figure.ts'

export const RESULTS = join(import.meta.dirname, 'results.json')
const PAGE = join(import.meta.dirname, '../../docs/reference/decision-figures.md')

/** The page with the figures of the last simulation that was saved. */
export function resultsPage(): GeneratedDocument {
  const { repetitions, seed, figures } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Extent & {
    readonly figures: readonly Figure[]
  }
  const lines = [`Repetitions of each: ${repetitions}; seed: ${seed}.`]
  for (const [table, rows] of Map.groupBy(figures, (figure) => figure.table)) {
    lines.push('', `## ${capitalised(table)}`, '', '| what | designed | measured |', '| --- | --- | --- |')
    for (const { what, designed, measured, holds } of rows) {
      lines.push(`| ${what} | ${designed} | ${measured}${holds === false ? ' (does not hold)' : ''} |`)
    }
  }
  return withSection(PAGE, 'figures', lines)
}

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

/** A figure as a line of the command's output. */
export const lineOf = ({ table, what, designed, measured, holds }: Figure): string =>
  `${holds === false ? 'FAILS' : holds ? 'holds' : '     '}  ${table}: ${what}: ${measured} (designed: ${designed})`

if (import.meta.main) {
  const { path, wanted } = resultsPage()
  writeFileSync(path, wanted)
}
