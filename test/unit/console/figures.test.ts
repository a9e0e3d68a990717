import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percent } from '../../../console/src/parts/figures.ts'

test('what is less than all never passes for all', () => {
  const shares = [0, 0.00001, 0.5, 0.9994, 0.9996, 9999 / 10_000, 1 - Number.EPSILON, 1]
  const shown = ['0 %', '0.001 %', '50 %', '99.9 %', '>99.9 %', '>99.9 %', '>99.9 %', '100 %']
  assert.deepEqual(shares.map(percent), shown)
})
