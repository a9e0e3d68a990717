import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../.ci/audit.ts'

const found = (vulnerabilities: Record<string, number>) => judge({ metadata: { vulnerabilities } }).passed

test('an audit fails for what is high or critical, and for nothing less', () => {
  assert.equal(found({ high: 0, critical: 0, moderate: 3, low: 1, total: 4 }), true)
  assert.equal(found({ high: 1, critical: 0, total: 1 }), false)
  assert.equal(found({ high: 0, critical: 1, total: 1 }), false)
})

test('where the registry serves no audit it says so and passes', () => {
  const { passed, text } = judge({
    error: { code: 'ENOAUDIT', summary: '405 Not Allowed - POST https://host/path' },
  })
  assert.deepEqual([passed, text], [true, 'audit: skipped, the registry serves none (405 Not Allowed)'])
  assert.equal(judge({ message: 'fetch failed' }).passed, true)
})
