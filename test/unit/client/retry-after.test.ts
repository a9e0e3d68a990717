import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfter } from '../../../client/src/transport/read-refusal.ts'

test('Retry-After is read as seconds and as a date', () => {
  assert.equal(retryAfter('1.5'), 1500)
  assert.equal(retryAfter(new Date(0).toUTCString()), 0)
  const later = retryAfter(new Date(Date.now() + 10_000).toUTCString()) ?? 0
  assert.ok(later > 0 && later <= 10_000)
  assert.equal(retryAfter('soon'), null)
  assert.equal(retryAfter(null), null)
})
