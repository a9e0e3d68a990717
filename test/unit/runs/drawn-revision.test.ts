import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawnToText, readDrawn } from '../../../src/runs/store/drawn-revision.ts'

test('a revision is read with the split that it was drawn by, and as earlier versions stored it: without', () => {
  const id = '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b'
  assert.deepEqual(readDrawn(id), { revision: id, split: null })
  for (const split of [null, 0, 1, 123_456]) {
    assert.deepEqual(readDrawn(drawnToText(id, split)), { revision: id, split })
  }
  for (const none of ['', null, undefined]) assert.deepEqual(readDrawn(none), { revision: null, split: null })
})
