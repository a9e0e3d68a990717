import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_LOOSE_DEPTH } from '../../../src/output/read/loose-json.ts'
import { readOutput } from '../../../src/output/read-output.ts'
import fc, { isReadAsWritten } from '../../support/fast-check.ts'

const LIMIT = 1_000_000
/** The best candidate is the last. */
function read(text: string) {
  const reading = readOutput(text, LIMIT)
  if (!reading.ok) return { ok: false as const, reason: reading.reason }
  const { candidates, repaired, truncated } = reading
  return { ok: true as const, value: candidates.at(-1), repaired, truncated }
}
const fence = (json: string, language = 'json') => `\`\`\`${language}\n${json}\n\`\`\``

function assertRepaired(text: string, value: unknown): void {
  const reading = read(text)
  assert.ok(reading.ok && reading.repaired, text)
  assert.deepEqual(reading.value, value, text)
}

function assertUnreadable(text: string): void {
  assert.deepEqual(read(text), { ok: false, reason: 'holds no readable JSON object' }, text)
}

describe('JSON by itself is read as it is', () => {
  for (const text of ['{"a": 1}', ' \n{"a":1}\t', '\uFEFF{"a":1}', '[1, {"a": 2}]', '42', 'null']) {
    test(JSON.stringify(text), () => {
      assert.deepEqual(read(text), {
        ok: true,
        value: JSON.parse(text.trim()),
        repaired: false,
        truncated: false,
      })
    })
  }
})

describe('an object is found', () => {
  const surroundings: [name: string, text: (json: string) => string][] = [
    ['in a fence', (json) => fence(json)],
    ['in a fence without a language', (json) => fence(json, '')],
    ['in a fence that is not closed', (json) => `\`\`\`json\n${json}`],
    ['in a fence within prose', (json) => `Sure, here it is:\n\n${fence(json)}\nAnything else?`],
    ['before prose', (json) => `${json} That is my answer.`],
    ['after prose', (json) => `It's the answer: ${json}`],
    ['behind thoughts', (json) => `<think>Maybe {"draft": true}? Or [1]?</think>\n${json}`],
    ['behind a byte order mark and prose', (json) => `\uFEFFHere: ${json}`],
    ['among brackets that hold no JSON', (json) => `As [1] says {of a, b} [see {c}: ${json} {x} [ok]`],
  ]
  for (const [name, text] of surroundings) {
    test(name, () => assertRepaired(text('{"a": "it\'s {x} [y]", "b": [1]}'), { a: "it's {x} [y]", b: [1] }))
  }

  test('rather than a list or an empty object, and the last one of several', () => {
    assertRepaired('{"a": 1} and then [2]', { a: 1 })
    assertRepaired('{"a": 1} and then {}', { a: 1 })
    assertRepaired('[1] or {}', {})
    assertRepaired('{"a": 1} or rather {"a": 2}', { a: 2 })
    assertRepaired('The items: [1, 2]', [1, 2])
  })
})

describe('what is slightly broken is mended', () => {
  const mended: [name: string, text: string, value: unknown][] = [
    ['trailing commas', '{"a": [1, 2,], "b": 3,}', { a: [1, 2], b: 3 }],
    ['missing commas', '{"a": [1 2] "b": "x"\n"c": 3}', { a: [1, 2], b: 'x', c: 3 }],
    ['single quotes', "{'a': 'it\\'s', 'b': 'it's'}", { a: "it's", b: "it's" }],
    ['typographic quotes', '{“a”: “x”, ‘b’: ‘y’}', { a: 'x', b: 'y' }],
    ['bare keys', '{a: 1, b-c.d: 2, $e: 3}', { a: 1, 'b-c.d': 2, $e: 3 }],
    ['Python literals', '{"a": True, "b": False, "c": None}', { a: true, b: false, c: null }],
    ['JavaScript literals', '{"a": undefined, "b": NaN}', { a: null, b: null }],
    ['comments', '{// one\n"a": 1, /* two, "x": 2 */ "b": 2 # three\n}', { a: 1, b: 2 }],
    ['raw newlines and tabs in strings', '{"a": "x\n\ty"}', { a: 'x\n\ty' }],
    ['unescaped quotes in strings', '{"a": "the "best" one", "b": "72""}', { a: 'the "best" one', b: '72"' }],
    ['unknown escapes, kept as they stand', '{"a": "\\alpha \\d\\u12x"}', { a: '\\alpha \\d\\u12x' }],
    ['numbers with a sign or a bare point', '{"a": +5, "b": 1., "c": -0.5e+3}', { a: 5, b: 1, c: -500 }],
    ['a missing bracket', '{"a": [{"b": [1, 2}], "c": 3}', { a: [{ b: [1, 2] }], c: 3 }],
    ['a wrong bracket', '{"a": [1, 2}', { a: [1, 2] }],
    ['a surplus bracket', '{"a": 1}}]', { a: 1 }],
  ]
  for (const [name, text, value] of mended) test(name, () => assertRepaired(text, value))

  test('valid escapes mean what they mean in JSON', () => {
    assertRepaired('Here: {"a": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"}', {
      a: '"\\/\b\f\n\r\té😀',
    })
  })
})

describe('of a text that ends in the middle, nothing is made up', () => {
  const cut = (text: string) =>
    assert.deepEqual(read(text), { ok: false, reason: 'ends in the middle of its JSON' })
  const texts = [
    '{"a": "some te',
    '{"a": "x\\',
    '{"a": "x\\u00',
    '{"a": [1, {"b": "x"}, ',
    '{"a": ["x"',
    '{"a": 1, ',
    '{"a": 1, "b": 12',
    '{"a": 1, "b": -',
    '{"a": 1, "b": 1e',
    '{"a": 1, "b": tru',
    '{"a": 1, "b": ',
    '{"a": 1, "b"',
    '{"a": 1, "b',
    '{"a": 1} or rather {"a": "tw',
    fence('{"a": [1, 2'),
    fence('{"a": "x", "b":'),
  ]
  for (const text of texts) test(JSON.stringify(text), () => cut(text))

  const whole: [text: string, value: unknown][] = [
    ['{"a": {"b": "x"', { a: { b: 'x' } }],
    ['{"a": 1, "b": true', { a: 1, b: true }],
    ['{"a": [1, 2]', { a: [1, 2] }],
    ['{"a": 1 // and', { a: 1 }],
  ]
  for (const [text, value] of whole) {
    test(`only closing brackets are missing: ${JSON.stringify(text)}`, () => {
      assertRepaired(text, value)
      const reading = read(text)
      assert.ok(reading.ok && reading.truncated)
    })
  }
})

describe('what can only be guessed is not read', () => {
  const texts = [
    '{"a", "b": 1}',
    '{"a": "he said "yes": fine"}',
    '{"a": f(1)}',
    '{1 + 1}',
    'I cannot answer that.',
    '}]',
    '```json\n```',
  ]
  for (const text of texts) test(text, () => assertUnreadable(text))
})

test('no text is empty, whatever blanks it is made of', () => {
  for (const text of ['', ' \n\t', '\uFEFF']) assert.deepEqual(read(text), { ok: false, reason: 'is empty' })
})

test('a text is read up to the greatest length, and not beyond', () => {
  const text = '{"a": 1}'
  assert.equal(readOutput(text, text.length).ok, true)
  assert.deepEqual(readOutput(text, text.length - 1), {
    ok: false,
    reason: 'is longer than 7 bytes',
    truncated: false,
  })
})

test('a key named __proto__ is a key, and touches no prototype', () => {
  for (const text of ['{"__proto__": {"polluted": 1}}', "{'__proto__': {polluted: 1}}"]) {
    const reading = read(text)
    assert.ok(reading.ok)
    assert.deepEqual(Object.keys(reading.value as object), ['__proto__'])
    assert.equal(Object.getPrototypeOf(reading.value), Object.prototype)
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('nesting is read to a bounded depth', () => {
  const nested = (depth: number) => `: ${'{a:'.repeat(depth - 1)}{b:1}${'}'.repeat(depth - 1)}`
  assert.equal(read(nested(MAX_LOOSE_DEPTH)).ok, true)
  assert.deepEqual(read(nested(MAX_LOOSE_DEPTH + 1)), {
    ok: true,
    value: { b: 1 },
    repaired: true,
    truncated: false,
  })
})

describe('a hostile text', () => {
  const pieces =
    '[ { {"a": [{"a": "a "b" \\ \\" \\u ``` // /* # , : 1 1e 9. " ]} }] "a"a "a"b, {a:1} {\'a\':\'b\''.split(
      ' ',
    )
  const starts = ['', '{', '[', '{"a":"', '{"a":[', '{a:', '```json\n{"a": 1 ']

  test('never makes it throw', () => {
    const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code))
    const text = fc.array(fc.constantFrom(...pieces, ...starts, ' ', '\n', '}', ']', 'x'), { maxLength: 40 })
    fc.assert(
      fc.property(
        text.map((parts) => parts.join('')),
        (hostile) => void read(hostile),
      ),
      { numRuns: 1000 },
    )
    fc.assert(fc.property(fc.string({ unit: anyUnit, maxLength: 200 }), (hostile) => void read(hostile)))
  })
})

describe('any JSON object', () => {
  const object = fc.dictionary(fc.string().filter(isReadAsWritten), fc.jsonValue(), {
    minKeys: 1,
    noNullPrototype: true,
  })
  const prose = fc.stringMatching(/^[\w .,:;'"!?\n-]*$/)

  test('is read out of fences and prose just as JSON.parse reads it', () => {
    fc.assert(
      fc.property(
        object,
        prose,
        prose,
        fc.boolean(),
        fc.constantFrom(0, 2),
        (value, before, after, fenced, indent) => {
          const json = JSON.stringify(value, null, indent)
          const text = `${before}\n${fenced ? fence(json) : json}\n${after}`
          const reading = read(text)
          assert.ok(reading.ok)
          assert.deepEqual(reading.value, JSON.parse(json))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is read, when it is cut anywhere, to something that it begins with, or not at all', () => {
    fc.assert(
      fc.property(object, fc.nat(), (value, cut) => {
        const json = JSON.stringify(value)
        const reading = read(json.slice(0, 1 + (cut % json.length)))
        if (reading.ok) assert.ok(isBeginningOf(reading.value, JSON.parse(json)))
      }),
      { numRuns: 300 },
    )
  })
})

/** Whether what was read could be `whole` with things missing at its end. */
function isBeginningOf(read: unknown, whole: unknown): boolean {
  if (typeof read === 'string' && typeof whole === 'string') return whole.startsWith(read)
  if (typeof read !== 'object' || read === null) return Object.is(read, whole)
  const entries = Object.entries(whole as object)
  return Object.entries(read).every(([key, value]) => {
    const original = entries.find(([name]) => name === key)
    return original !== undefined && isBeginningOf(value, original[1])
  })
}
