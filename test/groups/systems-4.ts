import { importTests } from '../support/import-tests.ts'

await importTests(['api', 'integration'], { part: 4, of: 5 })
