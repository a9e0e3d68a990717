import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AttemptEnd, Ledger, MOST_PUT_OFF } from '../../../src/runs/ledger.ts'

const tokens = { inputTokens: 0, outputTokens: 0 }
const end = (outcome: string, more: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ...{ outcome, model: 'm', ...tokens },
  ...more,
})
function ledgerOf(...ends: AttemptEnd[]): Ledger {
  const ledger = new Ledger([], 1, 'w')
  for (const each of ends) {
    ledger.open(1)
    ledger.close(each)
  }
  return ledger
}

test('calls that were put off count as no failure, and those of a model that loads count apart', () => {
  const putOff = end('rate_limited', { putOff: true })
  const ledger = ledgerOf(putOff, putOff, end('loading'), end('timeout'), end('server_error'), end('invalid'))
  assert.deepEqual(ledger.failuresOf('m', 'timeout'), { all: 2, ofKind: 1 })
  assert.deepEqual(ledger.failuresOf('m', 'loading'), { all: 2, ofKind: 1 })
  assert.deepEqual(ledger.failuresOf('m', 'rate_limited'), { all: 2, ofKind: 0 })
  assert.deepEqual(ledger.failuresOf('other'), { all: 0, ofKind: 0 })
  assert.equal(ledger.invalidOf('m'), 1)
})

test('however often a server puts a run off, the ledger stays small, and its numbers go up', () => {
  const ledger = ledgerOf(
    end('server_error'),
    ...Array.from({ length: 500 }, () => end('rate_limited', { putOff: true })),
  )
  const numbers = ledger.all().map(({ number }) => number)
  assert.equal(numbers.length, MOST_PUT_OFF + 1)
  assert.deepEqual([numbers[0], numbers.at(-1)], [1, 501])
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((one, other) => one - other),
  )
})

test('a model that was given up stays given up in later claims', () => {
  const first = ledgerOf(end('quota_exhausted'))
  first.giveUp('MODEL_ERROR')
  const later = new Ledger(first.all(), 2, 'w')
  later.open(2)
  assert.deepEqual([later.gaveUp('m'), later.gaveUp('other')], ['MODEL_ERROR', null])
})
