import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Output, OutputFormat } from '../../../client/src/index.ts'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { holds, type Same } from '../../support/same-type.ts'

/** A format with values of its type; that the type is the right one, `tsc` holds. */
const sample = <const Format extends OutputFormat>(format: Format, ...values: Output<Format>[]) => ({
  format,
  values,
})
type TypeOf<S> = S extends { values: (infer Value)[] } ? Value : never

const shorthands = sample(
  {
    ...{ a: 'str', b: 'string', c: 'int', d: 'integer', e: 'number', f: 'float', g: 'bool', h: 'boolean' },
    ...{ i: 'list', j: 'array' },
  },
  { a: '', b: 'b', c: 1, d: 2, e: 0.5, f: 1e9, g: true, h: false, i: ['x'], j: [] },
)
const options = sample(
  {
    word: { type: 'string', options: ['positive', 'negative'] },
    level: { type: 'int', options: [1, 2] },
    sure: { type: 'bool', options: [true] },
    words: { type: 'list', options: ['a', 'b'] },
    levels: { type: 'array', item_type: 'number', options: [0.5, 1] },
  },
  { word: 'positive', level: 2, sure: true, words: ['a', 'b', 'a'], levels: [1] },
)
const lists = sample(
  {
    plain: { type: 'list' },
    numbers: { type: 'list', item_type: 'float' },
    lists: { type: 'list', item_type: 'list' },
    chosen: { type: 'list', item_type: 'array', options: ['a'] },
    objects: { type: 'list', nested_structure: { at: 'int' } },
    named: { type: 'array', item_type: 'object', nested_structure: { at: 'int' } },
  },
  {
    ...{ plain: ['x'], numbers: [0.5], lists: [['x'], []], chosen: [['a']] },
    ...{ objects: [{ at: 1 }], named: [] },
  },
)
const nested = sample(
  {
    person: {
      type: 'object',
      description: 'who',
      nested_structure: { name: 'str', home: { type: 'object', nested_structure: { city: 'str' } } },
    },
  },
  { person: { name: 'Ada', home: { city: 'London' } } },
)
const optional = sample(
  {
    absent: { type: 'string', required: false },
    there: { type: 'string', required: true },
    unsaid: { type: 'int', required: null },
    list: { type: 'list', item_type: null, nested_structure: { a: 'int' }, required: false },
    word: { type: 'string', options: ['a'], required: false },
    plain: { type: 'string', options: null, nested_structure: null },
  },
  { absent: null, there: 'x', unsaid: 1, list: null, word: null, plain: 'x' },
  { absent: 'x', there: 'x', unsaid: 1, list: [{ a: 1 }], word: 'a', plain: 'x' },
)

test('every value of a type is an output of its format as it is, for the server too', () => {
  for (const { format, values } of [shorthands, options, lists, nested, optional]) {
    const compiled = compileOutput(format)
    for (const value of values) {
      const checked = compiled.check(value)
      assert.ok(checked.ok && !checked.coerced, JSON.stringify(checked))
    }
  }
})

// What follows does not run: what is not so does not compile.
test('an output has exactly the types that its format names', () => {
  type Strings = { a: string; b: string; i: string[]; j: string[] }
  type Others = { c: number; d: number; e: number; f: number; g: boolean; h: boolean }
  holds<Same<TypeOf<typeof shorthands>, Strings & Others>>()
  holds<
    Same<
      TypeOf<typeof options>,
      {
        word: 'positive' | 'negative'
        level: 1 | 2
        sure: true
        words: ('a' | 'b')[]
        levels: (0.5 | 1)[]
      }
    >
  >()
  holds<
    Same<
      TypeOf<typeof lists>,
      {
        plain: string[]
        numbers: number[]
        lists: string[][]
        chosen: 'a'[][]
        objects: { at: number }[]
        named: { at: number }[]
      }
    >
  >()
  holds<Same<TypeOf<typeof nested>, { person: { name: string; home: { city: string } } }>>()
  holds<
    Same<
      TypeOf<typeof optional>,
      {
        absent: string | null
        there: string
        unsaid: number
        list: { a: number }[] | null
        word: 'a' | null
        plain: string
      }
    >
  >()
})
