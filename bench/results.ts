import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Comparison, comparisonTable } from './comparison.ts'
import { DRILL_NAMES, type DrillReport } from './drill.ts'
import { type Machine, machineLine } from './machine.ts'
import { tableAsMarkdown } from './table.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(import.meta.dirname, 'results')
const README = join(ROOT, 'README.md')
const SECTION = /(<!-- benchmark -->\n)[\s\S]*?(<!-- \/benchmark -->)/

/** What was measured, and where and with what. */
export interface Result<T> {
  readonly machine: Machine
  readonly measured: T
}

/** Keeps a result, and makes anew what is made of all that are kept: the picture, and the README's section. */
export async function keepResult<T>(name: string, result: Result<T>): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  const comparison = await readResult<Comparison>('comparison')
  if (comparison) {
    const { drawComparison } = await import('./draw-comparison.ts')
    await writeFile(join(FOLDER, 'comparison.svg'), drawComparison(comparison.measured))
  }
  await writeReadme()
}

const writeReadme = async () => writeFile(README, (await readmeWithResults()).wanted)

/** The README with its section on the benchmark made anew. */
export async function readmeWithResults(): Promise<{ current: string; wanted: string }> {
  const section = await resultsSection()
  const current = await readFile(README, 'utf8')
  const wanted = current.replace(SECTION, (_, open: string, close: string) => open + section + close)
  return { current, wanted }
}

async function resultsSection(): Promise<string> {
  const comparison = await readResult<Comparison>('comparison')
  const drills = await Promise.all(DRILL_NAMES.map((name) => readResult<DrillReport>(name)))
  const lines: string[] = []
  if (comparison) {
    const { machine, measured } = comparison
    lines.push(tableAsMarkdown(comparisonTable(measured)), '')
    lines.push(`Medians of ${measured.passes} passes; ${machineLine(machine)}.`, '')
    lines.push('![CPU and latency of Splitrun and its baselines](bench/results/comparison.svg)', '')
  }
  for (const drill of drills) {
    if (!drill) continue
    lines.push(`**${drill.measured.title}** (${drill.machine.date})`, '')
    lines.push(tableAsMarkdown(drill.measured.table), '')
    lines.push(
      ...drill.measured.statements.map(
        ({ text, holds }) => `- ${holds === false ? '*missed:* ' : ''}${text}`,
      ),
      '',
    )
  }
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}

/** Null when it has not been measured. */
async function readResult<T>(name: string): Promise<Result<T> | null> {
  const text = await readFile(join(FOLDER, `${name}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Result<T>)
}

if (import.meta.main) await writeReadme()
