import { importTests } from '../support/import-tests.ts'

await importTests('integration', { part: 1, of: 2 })
