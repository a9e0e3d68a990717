import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, duration, percent } from '../../../console/src/parts/figures.ts'

test('what is less than all never passes for all', () => {
  const shares = [0, 0.00001, 0.5, 0.9994, 0.9996, 9999 / 10_000, 1 - Number.EPSILON, 1]
  const shown = ['0 %', '0.001 %', '50 %', '99.9 %', '>99.9 %', '>99.9 %', '>99.9 %', '100 %']
  assert.deepEqual(shares.map(percent), shown)
})

const [S, MIN, H, D] = [1000, 60_000, 3_600_000, 86_400_000]

test('a duration has the unit that a person would give it, also where it is rounded', () => {
  const found = [
    ...[0, 999.4, 999.6, 1250, 59_940, 59_960].map(duration),
    ...[3.4 * MIN, 59.94 * MIN, 59.96 * MIN, H, H + 29 * S, 2 * H + 5 * MIN, D - MIN].map(duration),
    ...[D - 29 * S, D, D + 29 * MIN, D + 6 * H, 100 * D + H].map(duration),
  ]
  const shown = [
    ...['0 ms', '999 ms', '1 s', '1.25 s', '59.9 s', '1 min'],
    ...['3.4 min', '59.9 min', '1 h', '1 h', '1 h', '2 h 5 min', '23 h 59 min'],
    ...['1 d', '1 d', '1 d', '1 d 6 h', '100 d 1 h'],
  ]
  assert.deepEqual(found, shown)
})

test('a size has the unit that a person would give it, also where it is rounded', () => {
  const sizes = [0, 1, 999, 1000, 1254, 999_400, 999_600, 1.5e9, 999.7e9, 3e12, 4e15]
  const shown = [
    ...['0 bytes', '1 byte', '999 bytes', '1 kB', '1.25 kB', '999 kB', '1 MB', '1.5 GB', '1 TB', '3 TB'],
    '4,000 TB',
  ]
  assert.deepEqual(sizes.map(bytes), shown)
})
