import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsRawJson, mayBeInexact, parseExact } from '../../../../src/platform/json/exact-json.ts'
import fc from '../../../support/fast-check.ts'
import { fuzz } from '../../../support/fuzz.ts'

const CHANGED = [
  '12345678901234567890',
  '-9007199254740993',
  '1e400',
  '-1E+999',
  '1e-400',
  '0.1234567890123456789',
]
const HELD = [
  '0',
  '-0',
  '1',
  '-1.5',
  '1e2',
  '1.50',
  '0.30000000000000004',
  '9007199254740992',
  '1e308',
  '5e-324',
]

test('numbers that a double cannot hold stay as they are written, and all others are numbers', () => {
  for (const number of CHANGED) {
    for (const text of [number, `[${number}]`, `{"a":{"b":[1,${number}]}}`]) {
      const value = parseExact(text)
      assert.equal(JSON.stringify(value), text)
      assert.ok(holdsRawJson(value), text)
    }
  }
  for (const number of HELD) {
    assert.equal(parseExact(number), Number(number))
    assert.ok(!holdsRawJson(parseExact(`{"a":[${number}]}`)))
  }
})

test('any JSON is the same as JSON.parse reads it, where every number is held', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(parseExact(text), JSON.parse(text))
    }),
    fuzz(500),
  )
})

test('any number of any length and spelling keeps its value', () => {
  const digits = fc.stringMatching(/^\d{1,30}$/)
  const numbers = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits,
      fc.option(digits),
      fc.option(fc.integer({ min: -500, max: 500 })),
    )
    .map(([sign, whole, fraction, power]) => {
      const plain = whole.replace(/^0+(?=\d)/, '')
      return `${sign}${plain}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : `e${power}`}`
    })
  fc.assert(
    fc.property(numbers, (number) => {
      const value = parseExact(` ${number} `)
      if (typeof value === 'number') assert.equal(bigOf(String(value)), bigOf(number))
      else assert.equal(JSON.stringify(value), number)
    }),
    fuzz(2000),
  )
})

/** The exact value of a decimal number, as a whole number of 10^-1000. */
function bigOf(text: string): bigint {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const value = BigInt(whole + fraction) * 10n ** BigInt(1000 + Number(power) - fraction.length)
  return sign ? -value : value
}

test('texts without such numbers are told by one look, and hostile ones take no longer', () => {
  for (const text of [
    '{"id": "019a5f0e-7c1d-7b7e-9e30-2f6b1c0a8e00", "at": 1764380000000, "n": 1.5e3}',
    '',
  ]) {
    assert.equal(mayBeInexact(text), false)
  }
  // A look that went back for each of them would not end within the time of the test.
  for (const part of ['1', '.', '1.', '0', ':', ': 1', 'e1', '1e', '-']) {
    mayBeInexact(part.repeat(1_000_000 / part.length))
  }
  const long = `[0.${'0'.repeat(500_000)}1${'0'.repeat(500_000)}]`
  assert.equal(JSON.stringify(parseExact(long)), long)
})
