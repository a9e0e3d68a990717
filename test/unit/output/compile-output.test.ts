import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'
import { accepted, assertCoerced, assertRefused, assertUnchanged } from './checked-answers.ts'

describe('the JSON schema', () => {
  test('is a strict one: every key required, no others allowed, on every level', () => {
    const format: OutputFormat = {
      label: { type: 'str', description: 'The verdict', options: ['good', 'bad'] },
      score: 'float',
      tags: 'list',
      parts: { type: 'list', description: 'All of them', nested_structure: { size: 'int' } },
      sizes: { type: 'array', item_type: 'int', options: [1, 2] },
      rows: { type: 'list', item_type: 'array' },
    }
    assert.deepEqual(compileOutput(format).jsonSchema, {
      type: 'object',
      properties: {
        label: { type: 'string', enum: ['good', 'bad'], description: 'The verdict' },
        score: { type: 'number' },
        tags: { type: 'array', items: { type: 'string' } },
        parts: {
          type: 'array',
          items: {
            type: 'object',
            properties: { size: { type: 'integer' } },
            required: ['size'],
            additionalProperties: false,
          },
          description: 'All of them',
        },
        sizes: { type: 'array', items: { type: 'integer', enum: [1, 2] } },
        rows: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
      },
      required: ['label', 'score', 'tags', 'parts', 'sizes', 'rows'],
      additionalProperties: false,
    })
  })

  test('has null as one more value of an optional key, its options included', () => {
    const format: OutputFormat = {
      a: { type: 'int', required: false },
      b: { type: 'str', required: false, options: ['x'], description: 'One' },
      c: { type: 'list', required: false, description: 'Many' },
      d: { type: 'str', required: true },
    }
    assert.deepEqual(compileOutput(format).jsonSchema['properties'], {
      a: { type: ['integer', 'null'] },
      b: { type: ['string', 'null'], enum: ['x', null], description: 'One' },
      c: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }], description: 'Many' },
      d: { type: 'string' },
    })
    assert.deepEqual(compileOutput(format).jsonSchema['required'], ['a', 'b', 'c', 'd'])
  })
})

describe('an answer is accepted unchanged', () => {
  test('when every value is of its type', () => {
    assertUnchanged(
      { s: 'str', i: 'int', n: 'float', b: 'bool', l: 'list' },
      { s: '', i: -3, n: 1.5, b: false, l: [] },
    )
    assertUnchanged({ n: 'number' }, { n: 7 })
    assertUnchanged({ i: 'int' }, { i: 1.0 })
    assertUnchanged({ i: 'int' }, { i: Number.MAX_SAFE_INTEGER })
    assertUnchanged({ a: { type: 'object', nested_structure: { b: 'str' } } }, { a: { b: 'x' } })
    assertUnchanged({ rows: { type: 'list', item_type: 'list' } }, { rows: [['a'], []] })
  })

  test('when an optional key is null, whatever it would hold', () => {
    const nested_structure: OutputFormat = { b: 'str' }
    const format: OutputFormat = {
      s: { type: 'str', required: false, options: ['x'] },
      l: { type: 'list', required: false },
      o: { type: 'object', required: false, nested_structure },
    }
    assertUnchanged(format, { s: null, l: null, o: null })
  })

  test('with its keys put into the order of the format', () => {
    const { value, coerced } = accepted({ b: 'str', a: 'str' }, { a: '1', b: '2' })
    assert.deepEqual(Object.keys(value as object), ['b', 'a'])
    assert.equal(coerced, false)
  })
})

describe('what cannot be misread is put right, and said to be', () => {
  test('keys that the format does not have are dropped, on every level', () => {
    assertCoerced({ a: 'str' }, { a: 'x', b: 1 }, { a: 'x' })
    assertCoerced(
      { l: { type: 'list', nested_structure: { a: 'str' } } },
      { l: [{ a: 'x', b: 1 }] },
      { l: [{ a: 'x' }] },
    )
  })

  test('an absent optional key becomes null', () => {
    assertCoerced({ a: 'str', b: { type: 'int', required: false } }, { a: 'x' }, { a: 'x', b: null })
  })

  for (const [text, number] of [
    ['42', 42],
    ['-1', -1],
    ['0', 0],
  ] as const) {
    test(`"${text}" is taken as a number and as an integer`, () => {
      assertCoerced({ n: 'float' }, { n: text }, { n: number })
      assertCoerced({ n: 'int' }, { n: text }, { n: number })
    })
  }
  for (const text of [
    '',
    ' 42',
    '42 ',
    '042',
    '+42',
    '1,000',
    '1.50',
    '42.0',
    '0x1',
    '1e3',
    '-0',
    'NaN',
    'Infinity',
    '5 kg',
  ]) {
    test(`"${text}" is no number, since it is not how one is written`, () => {
      assertRefused({ n: 'float' }, { n: text }, ['n', 'must be a number, not a string'])
    })
  }

  test('"1.5" is taken as a number, and never as an integer', () => {
    assertCoerced({ n: 'float' }, { n: '1.5' }, { n: 1.5 })
    assertRefused({ n: 'int' }, { n: '1.5' }, ['n', 'must be an integer, not a string'])
    assertRefused({ n: 'int' }, { n: '9007199254740993' }, ['n', 'must be an integer, not a string'])
  })

  test('"true" and "false" are taken as booleans in any case, other words are not', () => {
    assertCoerced({ b: 'bool' }, { b: 'true' }, { b: true })
    assertCoerced({ b: 'bool' }, { b: 'False ' }, { b: false })
    for (const b of ['yes', 'no', '1', '', 'truest']) {
      assertRefused({ b: 'bool' }, { b }, ['b', 'must be a boolean, not a string'])
    }
  })

  test('a string becomes the option that it equals but for case and spacing', () => {
    const format: OutputFormat = { a: { type: 'str', options: ['Very Good', 'bad'] } }
    assertUnchanged(format, { a: 'Very Good' })
    assertCoerced(format, { a: ' very  good\n' }, { a: 'Very Good' })
    assertRefused(format, { a: 'good' }, ['a', 'must be one of "Very Good", "bad"'])
    assertCoerced({ a: { type: 'list', options: ['x'] } }, { a: ['x', 'X'] }, { a: ['x', 'x'] })
  })

  test('a string that may be either of two options is neither, unless it is exactly one', () => {
    const format: OutputFormat = { a: { type: 'str', options: ['it', 'IT', 'other'] } }
    assertUnchanged(format, { a: 'IT' })
    assertRefused(format, { a: 'It' }, ['a', 'must be one of "it", "IT", "other"'])
  })

  test('a number in a string may be an option', () => {
    assertCoerced({ a: { type: 'int', options: [1, 2] } }, { a: '2' }, { a: 2 })
    assertRefused({ a: { type: 'int', options: [1, 2] } }, { a: '3' }, ['a', 'must be one of 1, 2'])
  })
})

test('keys named like members of Object are keys like any other, and no answer touches a prototype', () => {
  assertUnchanged(JSON.parse('{"constructor": "str", "toString": "int"}'), { constructor: 'x', toString: 1 })
  assertCoerced({ a: 'str' }, JSON.parse('{"a": "x", "__proto__": {"polluted": 1}}'), { a: 'x' })
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('what no schema would have accepted is refused by the compiler instead of compiled to something', () => {
  for (const format of [{ a: 'object' }, { a: 'text' }, { a: { type: 'list', item_type: 'object' } }]) {
    assert.throws(() => compileOutput(format as OutputFormat), TypeError)
  }
  assert.throws(() => compileOutput(JSON.parse('{"__proto__": "str"}')), TypeError)
})
