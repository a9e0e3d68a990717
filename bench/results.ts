import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Comparison, comparisonTable } from './comparison.ts'
import { DRILL_NAMES, type DrillReport } from './drill.ts'
import { type Machine, machineLine } from './machine.ts'
import { tableAsMarkdown } from './table.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(import.meta.dirname, 'results')
/** The README has the comparison alone, the page on the benchmark has all. */
const README = join(ROOT, 'README.md')
const PAGE = join(ROOT, 'docs/reference/benchmark.md')
const SECTION = /(<!-- benchmark -->\n)[\s\S]*?(<!-- \/benchmark -->)/

/** What was measured, and where and with what. */
export interface Result<T> {
  readonly machine: Machine
  readonly measured: T
}

/** Keeps a result, and makes anew what is made of all that are kept: the picture, and the sections of the documents. */
export async function keepResult<T>(name: string, result: Result<T>): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  const comparison = await readResult<Comparison>('comparison')
  if (comparison) {
    const { drawComparison } = await import('./draw-comparison.ts')
    await writeFile(join(FOLDER, 'comparison.svg'), drawComparison(comparison.measured))
  }
  await writeDocuments()
}

async function writeDocuments(): Promise<void> {
  for (const { path, wanted } of await documentsWithResults()) await writeFile(path, wanted)
}

/** The documents that show results, each with its section made anew. */
export async function documentsWithResults(): Promise<{ path: string; current: string; wanted: string }[]> {
  const comparison = await comparisonSection()
  const sections = { [README]: comparison, [PAGE]: [...comparison, ...(await drillsSection())] }
  return Promise.all(
    Object.entries(sections).map(async ([path, lines]) => {
      const current = await readFile(path, 'utf8')
      const section = lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
      const wanted = current.replace(SECTION, (_, open: string, close: string) => open + section + close)
      return { path, current, wanted }
    }),
  )
}

async function comparisonSection(): Promise<string[]> {
  const comparison = await readResult<Comparison>('comparison')
  if (!comparison) return []
  const { machine, measured } = comparison
  return [
    ...[tableAsMarkdown(comparisonTable(measured)), ''],
    ...[`Medians of ${measured.passes} passes; ${machineLine(machine)}.`, ''],
  ]
}

async function drillsSection(): Promise<string[]> {
  const lines: string[] = []
  for (const name of DRILL_NAMES) {
    const drill = await readResult<DrillReport>(name)
    if (!drill) continue
    lines.push(`### ${name}`, '', `${drill.measured.title} (${drill.machine.date})`, '')
    lines.push(tableAsMarkdown(drill.measured.table), '')
    lines.push(
      ...drill.measured.statements.map(
        ({ text, holds }) => `- ${holds === false ? '*missed:* ' : ''}${text}`,
      ),
      '',
    )
  }
  return lines
}

/** Null when it has not been measured. */
async function readResult<T>(name: string): Promise<Result<T> | null> {
  const text = await readFile(join(FOLDER, `${name}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Result<T>)
}

if (import.meta.main) await writeDocuments()
