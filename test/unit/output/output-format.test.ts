import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { outputFormatSchema } from '../../../src/output/output-format.ts'
import { arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'
import fc from '../../support/fast-check.ts'
import { assertAccepted, assertRefused, nested, refusals, schema } from './checked-formats.ts'

describe('an output format is accepted', () => {
  for (const name of 'str string int integer number float bool boolean list array'.split(' ')) {
    test(`with "${name}" in its short and its long form`, () => {
      assertAccepted({ key: name })
      assertAccepted({ key: { type: name } })
    })
  }

  test('with options of the declared type, on scalars and on lists', () => {
    assertAccepted({
      label: { type: 'str', options: ['a', 'A', ''] },
      stars: { type: 'int', options: [1, 2.0, -3] },
      ratio: { type: 'float', options: [1, 0.5] },
      flag: { type: 'bool', options: [true] },
      tags: { type: 'list', options: ['x', 'y'] },
      sizes: { type: 'array', item_type: 'int', options: [1, 2] },
    })
  })

  test('with nested structures on objects and on lists of objects', () => {
    const nested_structure = { name: 'str' }
    assertAccepted({ a: { type: 'object', nested_structure } })
    assertAccepted({ a: { type: 'list', nested_structure } })
    assertAccepted({ a: { type: 'list', item_type: 'object', nested_structure } })
  })

  test('with a list of lists, whose inner lists hold strings', () => {
    assertAccepted({ rows: { type: 'list', item_type: 'list' } })
  })

  test('with keys of 1 and of 64 characters, of every allowed kind', () => {
    assertAccepted({
      a: 'str',
      ['x'.repeat(64)]: 'str',
      'A-b_c.9': 'str',
      constructor: 'str',
      toString: 'str',
    })
  })

  test('with members that are null, as if they were absent', () => {
    const nulls = {
      description: null,
      options: null,
      item_type: null,
      nested_structure: null,
      required: null,
    }
    assertAccepted({ a: { type: 'str', ...nulls }, b: { type: 'list', ...nulls } })
  })

  test('at the greatest depth and number of keys', () => {
    assertAccepted(nested(4))
    assertAccepted(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, 'str'])))
  })

  test('whatever valid format it is, and is handed on as the very object that was sent', () => {
    const roomy = outputFormatSchema({ maxDepth: 5, maxKeys: 10_000 })
    fc.assert(
      fc.property(arbitraryOutputFormat, (format) => {
        const before = JSON.stringify(format)
        assert.equal(roomy.parse(format), format)
        assert.equal(JSON.stringify(format), before)
      }),
    )
  })
})

describe('an output format is refused, at the member that is wrong,', () => {
  for (const format of [undefined, null, 'str', 42, true, [], ['str']]) {
    test(`when it is ${JSON.stringify(format)} and no map`, () =>
      assertRefused(format, '', /Must be an object/))
  }

  test('without a key, outermost or nested', () => {
    assertRefused({}, '', /at least one key/)
    assertRefused({ a: { type: 'object', nested_structure: {} } }, 'a/nested_structure', /at least one key/)
  })

  for (const key of ['', 'x'.repeat(65), 'a b', 'é', 'a/b', 'a\n', '$']) {
    test(`with the key ${JSON.stringify(key)}`, () => assertRefused({ [key]: 'str' }, key, /1 to 64 letters/))
  }

  test('with a key named __proto__, which is told so', () => {
    assertRefused(JSON.parse('{"__proto__": "str"}'), '__proto__', /cannot be a key/)
    const inner = JSON.parse('{"a": {"type": "list", "nested_structure": {"__proto__": "str"}}}')
    assertRefused(inner, 'a/nested_structure/__proto__', /cannot be a key/)
  })

  for (const entry of ['text', 'STR', '', 'constructor', 'null', 42, null, true, [], ['str']]) {
    test(`with ${JSON.stringify(entry)} for a type`, () => {
      assertRefused({ a: entry }, 'a', /Must be one of str, string, .*object/)
      assertRefused({ a: { type: entry } }, 'a/type', /Must be one of/)
      assertRefused({ a: { type: 'list', item_type: entry ?? 0 } }, 'a/item_type', /Must be one of/)
    })
  }

  test('with a spec that has no type', () =>
    assertRefused({ a: { description: 'x' } }, 'a/type', /Must be one/))

  test('with the short form of an object, which is told what to write', () => {
    assertRefused({ a: 'object' }, 'a', /needs a nested_structure.*"nested_structure": \{/)
  })

  test('with an object, or a list of objects, that has no nested structure', () => {
    assertRefused({ a: { type: 'object' } }, 'a/nested_structure', /needs a nested_structure/)
    assertRefused(
      { a: { type: 'list', item_type: 'object' } },
      'a/nested_structure',
      /needs a nested_structure/,
    )
  })

  test('with a nested structure where there is no object', () => {
    const nested_structure = { b: 'str' }
    for (const spec of [
      { type: 'str' },
      { type: 'list', item_type: 'str' },
      { type: 'list', item_type: 'list' },
    ]) {
      assertRefused({ a: { ...spec, nested_structure } }, 'a/nested_structure', /Only an object or a list/)
    }
  })

  test('with a nested structure that is no map', () => {
    assertRefused({ a: { type: 'object', nested_structure: [] } }, 'a/nested_structure', /Must be an object/)
  })

  test('with an item type on anything but a list', () => {
    assertRefused({ a: { type: 'str', item_type: 'str' } }, 'a/item_type', /Only a list/)
    const object = { type: 'object', item_type: 'str', nested_structure: { b: 'str' } }
    assertRefused({ a: object }, 'a/item_type', /Only a list/)
  })

  for (const options of ['a', 1, {}, true, []]) {
    test(`with ${JSON.stringify(options)} for options`, () => {
      assertRefused({ a: { type: 'str', options } }, 'a/options', /list of at least one/)
    })
  }

  test('with an option of another type than declared', () => {
    const wrong: [string, unknown][] = [
      ['str', 1],
      ['str', null],
      ['int', 1.5],
      ['int', '1'],
      ['int', 2 ** 53],
      ['float', Number.POSITIVE_INFINITY],
      ['float', true],
      ['bool', 'true'],
      ['list', 1],
    ]
    const valid: Record<string, unknown> = { str: 'x', int: 7, float: 0.5, bool: true, list: 'x' }
    for (const [type, option] of wrong) {
      assertRefused({ a: { type, options: [valid[type], option] } }, 'a/options/1', /Must be of the type/)
    }
    assertRefused({ a: { type: 'list', item_type: 'int', options: ['1'] } }, 'a/options/0', /integer/)
  })

  test('with an option given twice', () => {
    assertRefused({ a: { type: 'str', options: ['x', 'y', 'x'] } }, 'a/options/2', /Repeats/)
    assertRefused({ a: { type: 'int', options: [0, -0] } }, 'a/options/1', /Repeats/)
  })

  test('with options where they can mean nothing', () => {
    const nested_structure = { b: 'str' }
    assertRefused({ a: { type: 'object', nested_structure, options: ['x'] } }, 'a/options', /Only strings/)
    assertRefused({ a: { type: 'list', nested_structure, options: ['x'] } }, 'a/options', /Only strings/)
    assertRefused({ a: { type: 'list', item_type: 'list', options: ['x'] } }, 'a/options', /Only strings/)
  })

  test('with a description or a required flag of another type', () => {
    assertRefused({ a: { type: 'str', description: 5 } }, 'a/description', /string/)
    assertRefused({ a: { type: 'str', required: 'false' } }, 'a/required', /true or false/)
  })

  test('with members that a spec does not have, of which it names a few', () => {
    assertRefused({ a: { type: 'str', option: ['x'] } }, 'a/option', /members are type, description/)
    assertRefused(JSON.parse('{"a": {"type": "str", "__proto__": {}}}'), 'a/__proto__', /Not a member/)
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x${index}`, 1]))
    assert.equal(refusals({ a: { type: 'str', ...many } }).length, 5)
  })

  test('one level too deep', () => {
    const path = 'inner/nested_structure/'.repeat(4).slice(0, -1)
    assertRefused(nested(5), path, /deeper than 4 levels/)
  })

  test('with one key too many, counted over all levels', () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'str']))
    assertRefused(keys(11), '', /More than 10 keys/)
    const split = {
      a: { type: 'object', nested_structure: keys(5) },
      b: { type: 'list', nested_structure: keys(4) },
    }
    assertRefused(split, 'b/nested_structure', /More than 10 keys/)
  })

  test('with everything that is wrong with it at once', () => {
    const found = refusals({ 'a b': 'str', c: 'text', d: { type: 'int', options: ['1'], required: 1, x: 1 } })
    assert.deepEqual(
      found.map(([path]) => path),
      ['a b', 'c', 'd/x', 'd/required', 'd/options/0'],
    )
  })
})

test('a hostile format costs neither the stack nor much time', () => {
  assertRefused(nested(100_000), 'inner/nested_structure/'.repeat(4).slice(0, -1), /deeper than/)
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, {}]))
  assertRefused(wide, '', /More than 10 keys/)
})

test('the schema stands within others', () => {
  const body = z.strictObject({ output_format: schema })
  assert.deepEqual(body.safeParse({ output_format: { a: 'x' } }).error?.issues[0]?.path, [
    'output_format',
    'a',
  ])
  assert.equal(body.safeParse({}).success, false)
})
