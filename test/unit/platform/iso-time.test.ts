import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoWriter } from '../../../src/platform/iso-time.ts'

test('a time is written as Date writes it, whatever was written before', () => {
  const write = isoWriter()
  const now = 1_795_540_341_797
  for (const ms of [now, now + 1, now + 203, now - 798, now, 0, -1, -1000, -1001, 8.64e15, now + 0.4]) {
    assert.equal(write(ms), new Date(ms).toISOString())
  }
  assert.throws(() => write(Number.NaN), RangeError)
  assert.equal(write(now), new Date(now).toISOString())
})
