import { importTests } from '../support/import-tests.ts'

await importTests(['api', 'integration'], { part: 3, of: 5 })
