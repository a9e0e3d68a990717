import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../../src/output/compile-output.ts'
import { validateOutput } from '../../../../src/output/validate-output.ts'
import { PUNCTUATION } from './punctuation.ts'
import { QUOTES } from './quotes.ts'
import { VALUES } from './values.ts'

for (const { kind, format, read, refused } of [...QUOTES, ...PUNCTUATION, ...VALUES]) {
  describe(kind, () => {
    const compiled = compileOutput(format)
    for (const [text, value] of read) {
      test(text, () => {
        const checked = validateOutput(compiled, text, 1000)
        assert.deepEqual(checked.check === 'invalid' ? checked : checked.value, value)
      })
    }
    for (const text of refused) {
      test(`not: ${text}`, () => assert.equal(validateOutput(compiled, text, 1000).check, 'invalid'))
    }
  })
}

describe('almost-JSON in a string is read where an object or a list is due', () => {
  const nested = compileOutput({ a: { type: 'list', item_type: 'int' } })
  test('with what is mended elsewhere', () => {
    assert.deepEqual(validateOutput(nested, '{"a": "[1, 2,]"}', 100), {
      check: 'repaired',
      value: { a: [1, 2] },
    })
  })
  for (const text of ['{"a": "[1, 2"}', '{"a": "[1, 2] and 3"}', '{"a": "1, 2"}']) {
    test(`not: ${text}`, () => assert.equal(validateOutput(nested, text, 100).check, 'invalid'))
  }
})
