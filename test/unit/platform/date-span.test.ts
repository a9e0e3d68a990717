import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDateSpan } from '../../../src/platform/date-span.ts'

const NOW = Date.parse('2026-03-31T15:45:30.250Z')

function spanOf(text: string, now = NOW): [string, string] | null {
  const span = readDateSpan(text, now)
  return span && [new Date(span.from).toISOString(), new Date(span.to).toISOString()]
}
const day = (date: string): [string, string] => {
  const next = new Date(Date.parse(date) + 86_400_000).toISOString()
  return [`${date}T00:00:00.000Z`, next]
}

test('days are whole UTC days', () => {
  assert.deepEqual(spanOf('2026-02-28'), day('2026-02-28'))
  assert.deepEqual(spanOf('today'), day('2026-03-31'))
  assert.deepEqual(spanOf('yesterday'), day('2026-03-30'))
  assert.deepEqual(spanOf('7 days ago'), day('2026-03-24'))
  assert.deepEqual(spanOf('1 day ago'), day('2026-03-30'))
  assert.deepEqual(spanOf('0 days ago'), day('2026-03-31'))
  assert.deepEqual(spanOf('2 weeks ago'), day('2026-03-17'))
  assert.deepEqual(spanOf('last week'), day('2026-03-24'))
})

test('last month is the same day of the month before, or its last day', () => {
  assert.deepEqual(spanOf('last month'), day('2026-02-28'))
  assert.deepEqual(spanOf('last month', Date.parse('2024-03-31T00:00:00Z')), day('2024-02-29'))
  assert.deepEqual(spanOf('last month', Date.parse('2026-01-15T23:59:59Z')), day('2025-12-15'))
  assert.deepEqual(spanOf('last month', Date.parse('2026-12-31T00:00:00Z')), day('2026-11-30'))
})

test('instants are a millisecond long', () => {
  assert.deepEqual(spanOf('now'), ['2026-03-31T15:45:30.250Z', '2026-03-31T15:45:30.251Z'])
  assert.deepEqual(spanOf('24 hours ago'), ['2026-03-30T15:45:30.250Z', '2026-03-30T15:45:30.251Z'])
  assert.deepEqual(spanOf('2026-03-31T12:00:00+02:00'), [
    '2026-03-31T10:00:00.000Z',
    '2026-03-31T10:00:00.001Z',
  ])
  assert.deepEqual(spanOf('2026-03-31t10:00z')?.[0], '2026-03-31T10:00:00.000Z')
})

test('case and spaces do not matter', () => {
  assert.deepEqual(spanOf('  Last   WEEK '), spanOf('last week'))
  assert.deepEqual(spanOf('7 Days Ago'), spanOf('7 days ago'))
})

test('what means nothing is refused', () => {
  for (const text of [
    ...['', 'tomorrow', '7 days', '-1 days ago', '1.5 days ago', '100000 days ago', '99999 weeks ago'],
    ...[
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      '20260101',
      '1969-12-31',
      '2026-03-31T10:00:00',
      '2026-03-31T25:00Z',
    ],
    ...['last year', 'constructor', '__proto__', '1 day ago; drop', `${'9'.repeat(400)} days ago`],
  ]) {
    assert.equal(readDateSpan(text, NOW), null, text)
  }
})
