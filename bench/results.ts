import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Comparison, comparisonTable } from './comparison.ts'
import { DRILL_NAMES, type DrillReport } from './drill.ts'
import { type Machine, machineLine } from './machine.ts'
import { tableAsMarkdown } from './table.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = 'bench/results'
/** The README has the comparison alone, the page on the benchmark has all. */
const README = 'README.md'
const PAGE = 'docs/reference/benchmark.md'
const SECTION = /(<!-- benchmark -->\n)[\s\S]*?(<!-- \/benchmark -->)/

/** What was measured, and where and with what. */
export interface Result<T> {
  readonly machine: Machine
  readonly measured: T
}

/**
 * Keeps a result, and makes anew what is made of it: the sections of the documents, and the picture of the comparison. What
 * shows other results stays as it is.
 * @param root of the repository
 */
export async function keepResult<T>(name: string, result: Result<T>, root = ROOT): Promise<void> {
  const folder = join(root, FOLDER)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  if (name === 'comparison') await drawPicture(root)
  await writeDocuments(root)
}

async function drawPicture(root: string): Promise<void> {
  const comparison = await readResult<Comparison>('comparison', root)
  if (!comparison) return
  const { drawComparison } = await import('./draw-comparison.ts')
  await writeFile(join(root, FOLDER, 'comparison.svg'), drawComparison(comparison.measured))
}

async function writeDocuments(root = ROOT): Promise<void> {
  for (const { path, wanted } of await documentsWithResults(root)) await writeFile(path, wanted)
}

/** The documents that show results, each with its section made anew. */
export async function documentsWithResults(
  root = ROOT,
): Promise<{ path: string; current: string; wanted: string }[]> {
  const comparison = await comparisonSection(root)
  const sections = { [README]: comparison, [PAGE]: [...comparison, ...(await drillsSection(root))] }
  return Promise.all(
    Object.entries(sections).map(async ([file, lines]) => {
      const path = join(root, file)
      const current = await readFile(path, 'utf8')
      const section = lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
      const wanted = current.replace(SECTION, (_, open: string, close: string) => open + section + close)
      return { path, current, wanted }
    }),
  )
}

async function comparisonSection(root: string): Promise<string[]> {
  const comparison = await readResult<Comparison>('comparison', root)
  if (!comparison) return []
  const { machine, measured } = comparison
  return [
    ...[tableAsMarkdown(comparisonTable(measured)), ''],
    ...[`Medians of ${measured.passes} passes; ${machineLine(machine)}.`, ''],
  ]
}

async function drillsSection(root: string): Promise<string[]> {
  const lines: string[] = []
  for (const name of DRILL_NAMES) {
    const drill = await readResult<DrillReport>(name, root)
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
async function readResult<T>(name: string, root: string): Promise<Result<T> | null> {
  const text = await readFile(join(root, FOLDER, `${name}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Result<T>)
}

if (import.meta.main) await writeDocuments()
