import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSettings } from '../../src/config.ts'
import { type GeneratedDocument, withSection } from './generated-section.ts'

const PAGE = join(import.meta.dirname, '../../docs/reference/settings.md')

/** The page on settings, with its table made from the settings that there are. */
export function settingsPage(): GeneratedDocument {
  const rows = describeSettings().map(({ name, initial, doc }) => `| \`${name}\` | ${initial} | ${doc} |`)
  return withSection(PAGE, 'settings', ['| setting | default | meaning |', '| --- | --- | --- |', ...rows])
}

if (import.meta.main) {
  const { path, wanted } = settingsPage()
  writeFileSync(path, wanted)
}
