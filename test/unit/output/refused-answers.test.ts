import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_ISSUES } from '../../../src/output/check-output.ts'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'
import { assertRefused } from './checked-answers.ts'

describe('an answer is refused, with where and why,', () => {
  for (const [answer, name] of [
    [null, 'null'],
    [[], 'a list'],
    ['x', 'a string'],
    [1, 'a number'],
  ] as const) {
    test(`when it is ${name}`, () =>
      assertRefused({ a: 'str' }, answer, ['', `must be an object, not ${name}`]))
  }

  test('when a required key is absent or null, or only in the prototype', () => {
    assertRefused(
      { a: 'str', b: 'int' },
      { b: null },
      ['a', 'is required'],
      ['b', 'must be an integer, not null'],
    )
    assertRefused(JSON.parse('{"toString": "str"}'), {}, ['toString', 'is required'])
  })

  test('when a value is of another type', () => {
    assertRefused({ a: 'str' }, { a: 5 }, ['a', 'must be a string, not a number'])
    assertRefused({ a: 'str' }, { a: true }, ['a', 'must be a string, not a boolean'])
    assertRefused({ a: 'bool' }, { a: 1 }, ['a', 'must be a boolean, not a number'])
    assertRefused({ a: 'int' }, { a: 1.5 }, ['a', 'must be an integer, not a number'])
    assertRefused({ a: 'int' }, { a: 2 ** 53 }, ['a', 'must be an integer, not a number beyond 2^53'])
    assertRefused({ a: 'float' }, { a: JSON.parse('1e999') }, [
      'a',
      'must be a number, not a number beyond 2^53',
    ])
    assertRefused({ a: 'list' }, { a: 'x' }, ['a', 'must be a list, not a string'])
    assertRefused({ a: { type: 'object', nested_structure: { b: 'str' } } }, { a: [] }, [
      'a',
      'must be an object, not a list',
    ])
  })

  test('with the path through lists, objects and odd keys', () => {
    const format: OutputFormat = {
      items: {
        type: 'list',
        nested_structure: { price: 'float', 'a.b': { type: 'list', item_type: 'int' } },
      },
      '-': 'str',
    }
    const answer = {
      items: [
        { price: 1, 'a.b': [1, 'x'] },
        { price: 'much', 'a.b': [] },
      ],
      '-': 0,
    }
    assertRefused(
      format,
      answer,
      ['items[0]["a.b"][1]', 'must be an integer, not a string'],
      ['items[1].price', 'must be a number, not a string'],
      ['["-"]', 'must be a string, not a number'],
    )
  })

  test('without repeating what it says', () => {
    const checked = compileOutput({ a: 'int', b: { type: 'str', options: ['x'] } }).check({
      a: 'SECRET',
      b: 'SECRET',
    })
    assert.doesNotMatch(JSON.stringify(checked), /SECRET/)
  })

  test('with a bounded number of issues and of options listed', () => {
    const options = Array.from({ length: 100 }, (_, index) => index)
    const checked = compileOutput({ a: { type: 'list', item_type: 'int', options } }).check({
      a: Array(100_000).fill(-1),
    })
    assert.ok(!checked.ok)
    assert.equal(checked.issues.length, MAX_ISSUES)
    assert.match(checked.issues[0]?.message ?? '', /^must be one of 0, 1, .*, 19 and 80 more$/)
  })
})
