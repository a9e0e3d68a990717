import { importTests } from '../support/import-tests.ts'

await importTests('api', { part: 2, of: 2 })
