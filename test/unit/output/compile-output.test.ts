import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { MAX_ISSUES } from '../../../src/output/check-output.ts'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'
import { arbitraryAnswer, arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'

function accepted(format: OutputFormat, answer: unknown): { value: unknown; coerced: boolean } {
  const checked = compileOutput(format).check(answer)
  assert.ok(checked.ok, `refused: ${JSON.stringify(checked)}`)
  return { value: checked.value, coerced: checked.coerced }
}

function assertUnchanged(format: OutputFormat, answer: unknown): void {
  assert.deepEqual(accepted(format, answer), { value: answer, coerced: false })
}

function assertCoerced(format: OutputFormat, answer: unknown, value: unknown): void {
  assert.deepEqual(accepted(format, answer), { value, coerced: true })
}

function assertRefused(
  format: OutputFormat,
  answer: unknown,
  ...issues: [path: string, message: string][]
): void {
  assert.deepEqual(compileOutput(format).check(answer), {
    ok: false,
    issues: issues.map(([path, message]) => ({ path, message })),
  })
}

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

describe('for any output format', () => {
  /** Compiling for Ajv is what takes time here: so each format is held against many answers. */
  const ajv = new Ajv({ strict: true, validateSchema: false, code: { optimize: false } })
  const formatAndAnswers = arbitraryOutputFormat.chain((format) =>
    fc.record({ format: fc.constant(format), answers: fc.array(arbitraryAnswer(format), { minLength: 1 }) }),
  )

  test('an answer that fits is accepted unchanged, and by Ajv with the schema', () => {
    fc.assert(
      fc.property(formatAndAnswers, ({ format, answers }) => {
        const valid = ajv.compile(compileOutput(format).jsonSchema)
        for (const answer of answers) {
          assertUnchanged(format, answer)
          assert.ok(valid(answer), ajv.errorsText(valid.errors))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('an answer with one place changed is accepted unchanged exactly when Ajv accepts it', () => {
    // Integers that are not safe are where the two differ, on purpose.
    const other = fc.jsonValue({ maxDepth: 1 }).filter((value) => !/\d{16}|e\+/.test(JSON.stringify(value)))
    const change = fc.record({ place: fc.nat(), other })
    fc.assert(
      fc.property(formatAndAnswers, fc.array(change, { minLength: 5 }), ({ format, answers }, changes) => {
        const compiled = compileOutput(format)
        const valid = ajv.compile(compiled.jsonSchema)
        for (const [index, { place, other }] of changes.entries()) {
          const changed = withOnePlaceChanged(answers[index % answers.length], place, other)
          const checked = compiled.check(changed)
          assert.equal(checked.ok && !checked.coerced, valid(changed))
          if (checked.ok) assert.ok(valid(checked.value), ajv.errorsText(valid.errors))
          else assert.ok(checked.issues.length > 0)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('an answer that lacks a required key is refused, by Ajv too', () => {
    fc.assert(
      fc.property(formatAndAnswers, ({ format, answers: [answer] }) => {
        const compiled = compileOutput(format)
        const valid = ajv.compile(compiled.jsonSchema)
        for (const [key, entry] of Object.entries(format)) {
          if (typeof entry !== 'string' && entry.required === false) continue
          const { [key]: _, ...lacking } = answer ?? {}
          assert.equal(compiled.check(lacking).ok, false)
          assert.equal(valid(lacking), false)
        }
      }),
      { numRuns: 20 },
    )
  })
})

/** Walks into the answer by the digits of `place`, and puts `other` there or takes away what was there. */
function withOnePlaceChanged(answer: unknown, place: number, other: unknown): unknown {
  const rest = Math.floor(place / 7)
  if (typeof answer !== 'object' || answer === null || place % 7 === 0) return other
  const keys = Object.keys(answer)
  const key = keys[place % (keys.length + 1)]
  if (Array.isArray(answer)) {
    if (key === undefined) return [...answer, other]
    return answer.map((item, index) =>
      String(index) === key ? withOnePlaceChanged(item, rest, other) : item,
    )
  }
  const members = Object.entries(answer)
  if (key === undefined)
    return Object.fromEntries(place % 2 ? [...members, ['extra', other]] : members.slice(1))
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === key ? withOnePlaceChanged(value, rest, other) : value]),
  )
}
