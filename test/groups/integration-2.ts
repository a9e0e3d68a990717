import { importTests } from '../support/import-tests.ts'

await importTests('integration', { part: 2, of: 2 })
