import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSettings } from '../../src/config.ts'

const README = join(import.meta.dirname, '../../README.md')
const SECTION = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/

/** The table of settings as the README shows it. */
export function settingsTable(): string {
  const rows = describeSettings().map(({ name, initial, doc }) => `| \`${name}\` | ${initial} | ${doc} |`)
  return ['| setting | default | meaning |', '|---|---|---|', ...rows, ''].join('\n')
}

/** The README with its table made anew. */
export function readmeWithTable(): { current: string; wanted: string } {
  const current = readFileSync(README, 'utf8')
  return {
    current,
    wanted: current.replace(SECTION, (_, open: string, close: string) => open + settingsTable() + close),
  }
}

if (import.meta.main) writeFileSync(README, readmeWithTable().wanted)
