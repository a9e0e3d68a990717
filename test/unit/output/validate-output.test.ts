import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { validateOutput } from '../../../src/output/validate-output.ts'
import { arbitraryAnswer, arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'
import fc from '../../support/fast-check.ts'

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
  assert.equal(cut('{"score": 1, "label": "good}'), 'invalid')
  assert.equal(cut('{"score": 1, "label": "good"} or rather {"score": 2, '), 'invalid')
})

describe('with optional keys alone, a wrong answer does not pass as an object of nulls', () => {
  const optional = compileOutput({
    label: { type: 'str', required: false },
    score: { type: 'int', required: false },
  })
  const check = (value: unknown) => validateOutput(optional, JSON.stringify(value), 10_000)
  const value = { label: 'x', score: 1 }
  const wrong: [name: string, answer: unknown][] = [
    ['an echo of the schema', optional.jsonSchema],
    ['an error', { error: 'unreadable' }],
    ['other letter case', { Label: 'x', SCORE: 1 }],
    ['other letter case of one key', { label: 'x', Score: 1 }],
    ['another spelling of one key', { label: 'x', ' score ': 1 }],
    ['two that may be meant', { first: value, second: value }],
  ]
  for (const [name, answer] of wrong) test(name, () => assert.equal(check(answer).check, 'invalid'))

  const wrapped: [name: string, answer: unknown][] = [
    ['a wrapper', { response: value }],
    ['a tool call', { name: 'answer', arguments: value }],
    ['a tool call with its arguments as a string', { name: 'answer', arguments: JSON.stringify(value) }],
    ['a list of one', [value]],
    ['an answer that is encoded twice', JSON.stringify(value)],
  ]
  for (const [name, answer] of wrapped) {
    test(`${name} is unwrapped`, () => assert.deepEqual(check(answer), { check: 'repaired', value }))
  }

  test('{} is an answer', () => assert.equal(check({}).check, 'repaired'))

  test('an object without its end is no answer where optional keys may stand behind it', () => {
    assert.equal(validateOutput(optional, '{"label": "x"', 100).check, 'invalid')
    assert.equal(validateOutput(optional, '{"score": 1, "label": "x"', 100).check, 'repaired')
  })
})

describe('the format leads the reading', () => {
  const read = (text: string) => {
    const checked = validateOutput(compiled, text, 1000)
    return checked.check === 'invalid' ? null : checked.value
  }
  const value = { label: 'good', score: 1 }

  test('of several objects the last that fits counts', () => {
    assert.deepEqual(
      read('Draft {"label": "bad", "score": 2}, so {"label": "good", "score": 1}; see {"id": 7}'),
      value,
    )
  })

  test('words without quotes are a string where one is due, and nothing else', () => {
    assert.deepEqual(read('{"label": good, "score": 1}'), value)
    assert.equal(read('{"label": "good", "score": one}'), null)
    assert.equal(read('{"label": , "score": 1}'), null)
  })

  test('numbers may have their digits grouped with _', () => {
    assert.deepEqual(read('{"label": "good", "score": 1_000}'), { label: 'good', score: 1000 })
  })

  test('a backslash that begins no escape makes the others literal, too', () => {
    const text = compileOutput({ t: 'str' })
    for (const t of [
      String.raw`\frac{1}{2} \times \alpha`,
      String.raw`\beta \nabla`,
      String.raw`C:\new\dir`,
    ]) {
      assert.deepEqual(validateOutput(text, `{"t": "${t}"}`, 100), { check: 'repaired', value: { t } })
    }
    assert.deepEqual(validateOutput(text, '{"t": "a\\nb"}', 100), { check: 'valid', value: { t: 'a\nb' } })
  })
})

test('what is said under other keys, beside nulls, is no answer', () => {
  const optional = compileOutput({
    label: { type: 'str', required: false },
    score: { type: 'int', required: false },
  })
  const check = (text: string) => validateOutput(optional, text, 1000).check
  assert.equal(check('{"error": "unreadable", "label": null}'), 'invalid')
  assert.equal(check('{"label": null, "score": null, "note": "nothing found"}'), 'repaired')
  assert.equal(check('{"note": "a guess", "label": "x"}'), 'repaired')
  assert.equal(check('{"label": null}'), 'repaired')
})

test('an object whose end is missing hides those before it', () => {
  const check = (text: string) => validateOutput(compiled, text, 1000).check
  assert.equal(check('{"score": 1, "label": "good"} or rather {"score": 2'), 'invalid')
  assert.equal(check('{"score": 1, "label": "good"} or rather {"score": "2"'), 'invalid')
})
