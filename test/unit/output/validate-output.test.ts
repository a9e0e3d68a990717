import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { validateOutput } from '../../../src/output/validate-output.ts'
import { arbitraryAnswer, arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'

const compiled = compileOutput({ label: { type: 'str', options: ['good', 'bad'] }, score: 'int' })
const validate = (text: string) => validateOutput(compiled, text, 100)

test('an answer that fits as it stands is valid', () => {
  assert.deepEqual(validate('{"score": 1, "label": "good"}'), {
    check: 'valid',
    value: { label: 'good', score: 1 },
  })
})

test('an answer that had to be looked for or mended is repaired', () => {
  const value = { label: 'good', score: 1 }
  assert.deepEqual(validate('```json\n{"label": "good", "score": 1}\n```'), { check: 'repaired', value })
  assert.deepEqual(validate('{"label": "good", "score": 1,}'), { check: 'repaired', value })
})

test('an answer with a coerced value is repaired', () => {
  assert.deepEqual(validate('{"label": "GOOD", "score": "1"}'), {
    check: 'repaired',
    value: { label: 'good', score: 1 },
  })
})

test('a text that cannot be read is invalid as a whole', () => {
  const invalid = (message: string) => ({
    check: 'invalid',
    issues: [{ path: '', message }],
    truncated: false,
  })
  assert.deepEqual(validate(''), invalid('is empty'))
  assert.deepEqual(validate('No.'), invalid('holds no readable JSON object'))
  assert.deepEqual(validate('x'.repeat(101)), invalid('is longer than 100 bytes'))
})

test('an answer of the wrong shape is invalid, with every issue', () => {
  assert.deepEqual(validate('{"label": "fine"}'), {
    check: 'invalid',
    issues: [
      { path: 'label', message: 'must be one of "good", "bad"' },
      { path: 'score', message: 'is required' },
    ],
    truncated: false,
  })
  assert.deepEqual(validate('[1]'), {
    check: 'invalid',
    issues: [{ path: '', message: 'must be an object, not a list' }],
    truncated: false,
  })
})

test('for any format, an answer that fits is valid by itself and repaired out of a fence, to the same value', () => {
  const formatAndAnswer = arbitraryOutputFormat.chain((format) =>
    fc.record({ format: fc.constant(format), answer: arbitraryAnswer(format) }),
  )
  fc.assert(
    fc.property(formatAndAnswer, ({ format, answer }) => {
      const any = compileOutput(format)
      const json = JSON.stringify(answer)
      const value = JSON.parse(json)
      assert.deepEqual(validateOutput(any, json, 1e6), { check: 'valid', value })
      assert.deepEqual(validateOutput(any, `Here:\n\`\`\`json\n${json}\n\`\`\``, 1e6), {
        check: 'repaired',
        value,
      })
    }),
  )
})

test('what is told of a wrong answer is bounded, however long and many the options are', () => {
  const options = Array.from({ length: 20 }, (_, at) => `${at} ${'x'.repeat(50_000)}`)
  const compiled = compileOutput({ a: { type: 'list', options } })
  const answer = JSON.stringify({ a: Array.from({ length: 1000 }, () => 'none of them') })
  const checked = validateOutput(compiled, answer, 1_000_000)
  assert.equal(checked.check, 'invalid')
  assert.ok(JSON.stringify(checked).length < 200_000, `${JSON.stringify(checked).length}`)
})

test('an answer that was cut off is fine only where its JSON is whole', () => {
  const cut = (text: string) => validateOutput(compiled, text, 100, { cut: true }).check
  assert.equal(cut('{"score": 1, "label": "good"}'), 'valid')
  assert.equal(cut('```json\n{"score": 1, "label": "good"}\n'), 'repaired')
  assert.equal(cut('{"score": 1, "label": "good"'), 'invalid')
  assert.equal(cut('{"score": 1, "label": "good'), 'invalid')
  assert.equal(cut('{"score": 1, "label": "good"} or rather {"score": 2, '), 'invalid')
})
