import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { findFitting } from '../../../src/output/find-fitting.ts'
import { Cursor } from '../../../src/output/read/cursor.ts'
import { findObjects } from '../../../src/output/read/find-objects.ts'
import { validateOutput } from '../../../src/output/validate-output.ts'
import fc from '../../support/fast-check.ts'

/**
 * That reading is linear is shown by counting, not by a clock: of twice the text, it takes twice the work. What goes back
 * for each piece takes four times as much.
 */

/** Counts the characters that were passed, forth and back, and looked at. */
class CountingCursor extends Cursor {
  work = 0

  override moveTo(at: number): void {
    this.work += 1 + Math.abs(at - this.at)
    super.moveTo(at)
  }

  override peek(pattern: RegExp, at?: number): string {
    const found = super.peek(pattern, at)
    this.work += 1 + found.length
    return found
  }

  override sees(pattern: RegExp, at = this.at): boolean {
    const seen = super.sees(pattern, at)
    this.work += 1 + (seen ? pattern.lastIndex - at : 0)
    return seen
  }

  override find(mark: string): number {
    const end = super.find(mark)
    this.work += end - this.at
    return end
  }
}

function workOf(text: string): number {
  const cursor = new CountingCursor(text)
  findObjects(cursor)
  return cursor.work
}

const pieces = [
  ...'[ { {"a": [{"a": "a "b" \\ \\" \\u ``` // /* # , : 1 1e 9. " ]} }] "a"a "a"b, {a:1} {\'a\':\'b\' '.split(
    ' ',
  ),
  ...'{a/* {a# {a// {"a"/* {"a: {a": {"a"" """ \'\'\' "+" ... [... {...a \\n \\"a\\": {\\"a\\": 1,234, “ ” ` ´ « Date( Date(" ('.split(
    ' ',
  ),
  ...[
    '"```json {',
    '""a',
    '{""a"":',
    '{"a": 1, a a ',
    '"a}',
    '"a ',
    ' ',
    '\n',
    '" ',
    '{"a":"b" "c',
    '"a":"b"}, ',
    '"a":1}, "',
    'a, b, ',
    'x{y} ',
    '\u200b',
    '"b", "c": ',
    '/ ',
  ],
]
const starts = [
  '',
  '{',
  '[',
  '{"a":"',
  '{"a":[',
  '{a:',
  '{"a',
  '{"a":"""',
  '```json\n{"a": 1 ',
  '{"a": 1}, "b": ',
]
const ends = ['', '*/ x', '"""', '}', ']}', '\n', '")']

describe('the work of reading is linear', () => {
  test('whatever piece a text repeats', () => {
    for (const piece of pieces) {
      for (const start of starts) {
        for (const end of ends) {
          const repeated = (times: number) => workOf(start + piece.repeat(times) + end)
          const [once, twice] = [repeated(100), repeated(200)]
          assert.ok(
            twice < 2.5 * once + 1000,
            `${start} ${piece}... ${end}: ${once}, of twice the text ${twice}`,
          )
        }
      }
    }
  })

  test('whatever pieces it is made of', () => {
    const parts = fc.array(fc.constantFrom(...pieces, ...ends), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.constantFrom(...starts), parts, fc.constantFrom(...ends), (start, some, end) => {
        const text = (times: number) => start + some.join('').repeat(times) + end
        assert.ok(workOf(text(200)) < 2.5 * workOf(text(100)) + 1000)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the work of looking for what fits is linear', () => {
  const format = { a: 'str', b: { type: 'list', required: false } } as const
  const compiled = compileOutput(format)

  /** An object that counts how often its members are listed or read. */
  function counted(value: unknown, count: { looks: number }): unknown {
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([key, member]) => [key, counted(member, count)] as const)
    const target = Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members)
    return new Proxy(target, {
      ownKeys(object) {
        count.looks += Reflect.ownKeys(object).length
        return Reflect.ownKeys(object)
      },
      get(object, key) {
        count.looks++
        return Reflect.get(object, key)
      },
    })
  }

  const shapes: [name: string, make: (size: number) => unknown[]][] = [
    ['many candidates', (size) => Array.from({ length: size }, () => ({ a: 1 }))],
    [
      'a wide wrapper',
      (size) => [Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, { x: {} }]))],
    ],
    ['wrappers in wrappers', (size) => [{ x: { y: { z: Array.from({ length: size }, () => ({ w: 1 })) } } }]],
    ['a list of what nearly fits', (size) => [{ x: Array.from({ length: size }, () => ({ a: 1, b: [1] })) }]],
    ['one long list', (size) => [{ x: { a: 1, b: Array.from({ length: size }, () => '{') } }]],
  ]
  for (const [name, make] of shapes) {
    test(name, () => {
      const looks = (size: number) => {
        const count = { looks: 0 }
        findFitting(
          compiled,
          make(size).map((candidate) => counted(candidate, count)),
        )
        return count.looks
      }
      assert.ok(looks(2000) < 2.5 * looks(1000) + 100, `${looks(1000)}, of twice the size ${looks(2000)}`)
    })
  }

  test('also where members are strings with JSON, in several layers', (t) => {
    const parse = JSON.parse
    let parsed = 0
    t.mock.method(JSON, 'parse', (text: string) => {
      parsed += text.length
      return parse(text)
    })
    const layers: ((size: number) => unknown)[] = [
      (size) => ({ a: 1, b: JSON.stringify(Array.from({ length: size }, () => '[1]')) }),
      (size) => ({
        x: JSON.stringify({ y: JSON.stringify({ z: JSON.stringify(Array(size).fill('{"w": 1}')) }) }),
      }),
      (size) => Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, '{"x": "{}"'])),
    ]
    for (const layer of layers) {
      const text = JSON.stringify(layer(1000))
      parsed = 0
      validateOutput(compiled, text, 1e7)
      assert.ok(parsed < 8 * text.length, `${parsed} of ${text.length}`)
    }
  })
})
