import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact } from '../../../../src/platform/json/exact-json.ts'
import { readJson } from '../../../../src/platform/json/read-json.ts'
import fc from '../../../support/fast-check.ts'

/** As a client writes it that escapes whatever it can. */
const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

const anyName = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom(
    '__proto__',
    '\\',
    '"',
    'größe',
    'gr\\u0',
    'say "hi"',
    '\n',
    '\uf8ff0\uf8fe',
    '\uf8ff0\uf8fe0',
    '\uf8ff1\uf8fe',
  ),
)

/** JSON with the names of its members written by a function. */
function write(value: unknown, nameOf: (name: string) => string): string {
  if (Array.isArray(value)) return `[${value.map((each) => write(each, nameOf)).join(' ,')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, each]) => `${nameOf(name)}\n: ${write(each, nameOf)}`)
    .join(',')}}`
}

/** Lets V8 meet a name that is how another one begins where that is written with escapes. */
const meet = (first: string, name: string) =>
  JSON.parse(`{${JSON.stringify(first)}:1,${JSON.stringify(name)}:1}`)

test('a name is read as it was written, whatever names others have sent before', () => {
  const names = ['größe', '茶', 'say "hi"', 'a\\b', 'line\nbreak', '\ud800', '\uf8ff0\uf8fe0', '\\']
  for (const [at, name] of names.entries()) {
    const written = escaped(name)
    const first = `first ${at}`
    meet(first, written.slice(1, 1 + name.length))
    const text = `{"${first}": 1, ${written}: 2}`
    assert.deepEqual(Object.entries(readJson(text) as object), [
      [first, 1],
      [name, 2],
    ])
  }
})

test('a text is read as JSON.parse would read it, however its names are written', () => {
  const anything = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.constantFrom('"', '\\', '":', '\\":', '{"a": 1}', 'é'),
      fc.constantFrom(0, true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(anyName, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value
  fc.assert(
    fc.property(anything, (value) => {
      assert.deepEqual(readJson(write(value, escaped)), value)
      assert.deepEqual(readJson(write(value, JSON.stringify)), value)
    }),
  )
})

test('numbers that no double holds stay as they are written', () => {
  const read = readJson('{"gr\\u00f6\\u00dfe": 12345678901234567890, "\\"": [1e400]}', parseExact)
  assert.equal(JSON.stringify(read), '{"größe":12345678901234567890,"\\"":[1e400]}')
})

test('what is no JSON is refused', () => {
  for (const text of ['{"\\', '{"\\u00zz": 1}', '{"a\\"', '"\\": 1', '{"\\n" 1}', '{"a\n\\n": 1}', '\\']) {
    assert.throws(() => readJson(text), SyntaxError)
  }
})
