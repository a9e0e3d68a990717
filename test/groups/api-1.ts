import { importTests } from '../support/import-tests.ts'

await importTests('api', { part: 1, of: 2 })
