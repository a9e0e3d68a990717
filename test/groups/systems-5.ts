import { importTests } from '../support/import-tests.ts'

await importTests(['api', 'integration'], { part: 5, of: 5 })
