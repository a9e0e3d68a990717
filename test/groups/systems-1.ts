import { importTests } from '../support/import-tests.ts'

await importTests(['api', 'integration'], { part: 1, of: 5 })
