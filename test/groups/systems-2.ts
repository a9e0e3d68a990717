import { importTests } from '../support/import-tests.ts'

await importTests(['api', 'integration'], { part: 2, of: 5 })
