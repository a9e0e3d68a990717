import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MEANINGS } from '../../src/http/openapi/reasons.ts'
import { REASONS, type Reason } from '../../src/platform/errors.ts'
import { type GeneratedDocument, withSection } from './generated-section.ts'

const PAGE = join(import.meta.dirname, '../../docs/reference/errors.md')

/** The page on errors, with its table made from the reasons that there are. */
export function reasonsPage(): GeneratedDocument {
  const rows = Object.entries(REASONS).map(
    ([reason, status]) => `| ${status} | \`${reason}\` | ${MEANINGS[reason as Reason]} |`,
  )
  return withSection(PAGE, 'reasons', ['| status | reason | meaning |', '| --- | --- | --- |', ...rows])
}

if (import.meta.main) {
  const { path, wanted } = reasonsPage()
  writeFileSync(path, wanted)
}
