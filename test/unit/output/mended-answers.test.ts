import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'
import { validateOutput } from '../../../src/output/validate-output.ts'

/** What is mended, kind by kind, and beside it what looks alike and says too little: that is asked for again. */

const TEXTS: OutputFormat = { a: 'str', b: 'str' }
const TEXT_AND_NUMBER: OutputFormat = { a: 'str', b: 'int' }
const NUMBER: OutputFormat = { a: 'number' }
const LIST: OutputFormat = { a: { type: 'list' } }
const OPTIONAL: OutputFormat = { a: 'str', b: { type: 'str', required: false } }
const AB = { a: 'x', b: 'y' }
const X1 = { a: 'x', b: 1 }

type Kind = {
  readonly kind: string
  readonly format: OutputFormat
  readonly read: readonly (readonly [text: string, value: unknown])[]
  readonly refused: readonly string[]
}

const kinds: Kind[] = [
  {
    kind: 'invisible characters between tokens, and none of a text',
    format: TEXT_AND_NUMBER,
    read: [
      ['\u200b{\u200b"a"\ufeff:\u2060"x"\u200b,"b":1\u200d}', X1],
      ['{"a": "x\u200by", \u200e"b": 1}', { a: 'x\u200by', b: 1 }],
      ['{a: \u200bx\u200b, b: 1}', X1],
      ['{\\n  "a": "x",\\n  "b": 1\\n}', X1],
    ],
    refused: ['{"a\u200b": "x", "b": 1}', '{"a": "x", "b": 1\u200b0}'],
  },
  {
    kind: 'other quotes',
    format: TEXTS,
    read: [
      ['{`a`: `x`, `b`: `y`}', AB],
      ['{`a´: `x´, ´b`: ´y`}', AB],
      ['{“a”: “x”, ”b”: ”y”}', AB],
      ['{“a": “x", „b“: „y“}', AB],
      ['{‘a’: ‘x’, ’b’: ’y’}', AB],
      ['{«a»: «x», "b": "y"}', AB],
      ['{"a": """x""", "b": \'\'\'y\'\'\'}', AB],
      ['{"a": """say "x"\nor""", "b": "y"}', { a: 'say "x"\nor', b: 'y' }],
      ['{"a": "“x”", "b": "it’s `y`"}', { a: '“x”', b: 'it’s `y`' }],
      ["{a: '’', b: 'y'}", { a: '’', b: 'y' }],
    ],
    refused: [
      '{"a`: "x", "b": "y"}',
      '{"a": "x”, "b": "y}',
      '{"a": """x", "b": "y"}',
      '{"a": `x", "b": `y"}',
    ],
  },
  {
    kind: 'a key that was broken over lines',
    format: TEXTS,
    read: [
      ['{"a\n": "x", "b": "y"}', AB],
      ['{"a": "x", "\n  b\n": "y"}', AB],
    ],
    refused: ['{"a\nb": "x", "b": "y"}', '{"a\\n": "x", "b": "y"}', '{"a ": "x", "b": "y"}'],
  },
  {
    kind: 'quotes that were doubled',
    format: TEXTS,
    read: [
      ['{""a"": ""x"", ""b"": ""y""}', AB],
      ['```\n{""a"":""x"",""b"":""say it""}\n```', { a: 'x', b: 'say it' }],
      ['{""a"": """", ""b"": ""y""}', { a: '', b: 'y' }],
      // Not doubled, but said.
      ['{"a": ""x" he said", "b": "y"}', { a: '"x" he said', b: 'y' }],
      ['{"a": "", "b": "y"}', { a: '', b: 'y' }],
    ],
    refused: [
      '{"a": ""x", "b": "y"}',
      '{"a": ""x" he "said", "b": "y"}',
      '{"a": "x "y", "b": "y"}',
      '{""a": "x", "b": "y"}',
    ],
  },
  {
    kind: 'words before a key',
    format: TEXTS,
    read: [
      ['{"a": "x", NOTE "b": "y"}', AB],
      ['{"a": "x", and then "b": "y"}', AB],
    ],
    refused: ['{"a": "x", NOTE b: "y"}', '{"a": "x" NOTE, "b": "y"}', '{"a": "x", c "b"}'],
  },
  {
    kind: 'words before a key, where a key may be left out',
    format: OPTIONAL,
    read: [['{"a": "x", NOTE "b": "y"}', AB]],
    refused: ['{NOTE "c": "y", note "a": "x"}', '{"c": 1, note "a": "x"}'],
  },
  {
    kind: 'a code fence within a string',
    format: { a: { type: 'object', nested_structure: { c: 'str' } }, b: 'str' },
    read: [
      ['{"a": "```json {"c": "x"}```", "b": "y"}', { a: { c: 'x' }, b: 'y' }],
      ['{"a": "```\\n{\\"c\\": \\"x\\"}\\n```", "b": "y"}', { a: { c: 'x' }, b: 'y' }],
      ['{"a": {"c": "x"}, "b": "```json {"c": 1}```"}', { a: { c: 'x' }, b: '```json {"c": 1}```' }],
      ['{"a": {"c": "```{"}, "b": "x```"}', { a: { c: '```{' }, b: 'x```' }],
    ],
    refused: ['{"a": "```json {"c": "x"", "b": "y"}', '{"a": "``` {} ``` {"c": "x"}```", "b": "y"}'],
  },
  {
    kind: 'a key without one of its quotes',
    format: TEXTS,
    read: [
      ['{a": "x", "b": "y"}', AB],
      ['{"a: "x", "b": "y"}', AB],
      ['{"a":"x", "b: "y"}', AB],
      ['{"a": "x", "c: d": 1, "b": "y"}', AB],
    ],
    refused: [
      '{"a: x": "x", "b": "y"}',
      '{"a: \\"x\\": z": 1, "b": "y"}',
      '{"a"b": "x", "b": "y"}',
      '{"a, "b": "y"}',
    ],
  },
  {
    kind: 'a text without one of its quotes, where a key or a bracket tells it',
    format: TEXTS,
    read: [
      ['{"a": x", "b": "y"}', AB],
      ['{"a": "x, "b": "y"}', AB],
      ['{"a": "x\n "b": "y"}', AB],
      ['{"a": "x", "b": "y}', AB],
      ['{"a": "x", "b": "y\n}\n', AB],
      ['```json\n{"a": "x", "b": "y}\n```', AB],
      ['{"r": {"a": "x", "b": "y}}', AB],
      ['{"a": "x,\n "b": y"}', AB],
      ['{"a": some words here", "b": "y"}', { a: 'some words here', b: 'y' }],
      ['{"a": "x "y", then z", "b": "y"}', { a: 'x "y", then z', b: 'y' }],
      ['{"a": "use {"a"} here", "b": "y"}', { a: 'use {"a"} here', b: 'y' }],
    ],
    refused: [
      '{"a": "x, "b" y"}',
      '{"a": "x”, "b": "y"}',
      '{"a": "x", "b": "y',
      '{"a": "x", "b": "{y}',
      '{"c": {"a": "x", "b": "y}',
      '{"c": [{"a": "x", "b": "y}]',
      '{"a": "x", "b": "y}. That was it.',
      '{"a": "say "x", "b": "y"}',
      '{"a": ""x", "b": "y"}',
      '{"a": "the key "b": "y"}',
    ],
  },
  {
    kind: 'an item without one of its quotes is never two',
    format: LIST,
    read: [
      ['{"a": ["x "y" z", "w"]}', { a: ['x "y" z', 'w'] }],
      ['{"a": ["x" "y"\n"z"]}', { a: ['x', 'y', 'z'] }],
      ['{"a": [x, y\nz]}', { a: ['x', 'y', 'z'] }],
      ['{"a": ["x]}', { a: ['x'] }],
    ],
    refused: [
      '{"a": ["x" y", "z"]}',
      '{"a": ["x" y, "z"]}',
      '{"a": ["x, "y"]}',
      '{"a": ["x, y]}',
      '{"a": ["x "y" "z"]}',
    ],
  },
  {
    kind: 'a missing or other colon',
    format: TEXT_AND_NUMBER,
    read: [
      ['{"a" "x", "b" 1}', X1],
      ["{a 'x', b: 1}", X1],
      ['{"a" => "x", "b" = 1}', X1],
      ['{"a"： "x"， "b"： 1}', X1],
    ],
    refused: ['{"a", "x", "b", 1}', '{"a" x, "b": 1}', '{a x, b 1}', '{"a" "x": "b", 1}', '{"a": "x", "b"}'],
  },
  {
    kind: 'missing, leading and trailing commas',
    format: TEXT_AND_NUMBER,
    read: [
      ['{"a": "x" "b": 1}', X1],
      ['{"a": "x""b": 1}', X1],
      ['{"a": x "b": 1}', X1],
      ['{"b": 1 "a": "x"}', X1],
      ['{"b": 1 a: "x"}', X1],
      ['{, "a": "x", , "b": 1, }', X1],
    ],
    refused: ['{"a": "x" "y", "b": 1}', '{"a": "x" y, "b": 1}', '{"b": 1 2, "a": "x"}', '{"a": "x", "b": 1,'],
  },
  {
    kind: 'an ellipsis for further items',
    format: LIST,
    read: [
      ['{"a": ["x", "y", ...]}', { a: ['x', 'y'] }],
      ['{"a": ["x", /* and */ … // more\n]}', { a: ['x'] }],
      ['{"a": ["x", "..."]}', { a: ['x', '...'] }],
    ],
    refused: ['{"a": ...}', '{"a": [...rest]}', '{"a": ["x", y...]}', '{"a": ["x", ...'],
  },
  {
    kind: 'an ellipsis for other members, if none of them is due',
    format: OPTIONAL,
    read: [
      ['{"a": "x", "b": "y", ...}', AB],
      ['{"a": "x", ..., "b": "y"}', AB],
    ],
    refused: ['{"a": "x", ...}', '{..., "a": "x"}', '{"a": ..., "b": "y"}', '{...rest, "a": "x", "b": "y"}'],
  },
  {
    kind: 'a text of several parts',
    format: TEXTS,
    read: [
      ['{"a": "x" + "z", "b": "y"}', { a: 'xz', b: 'y' }],
      ['{"a": "x" +\n \'z\'\n+ "w", "b": "y"}', { a: 'xzw', b: 'y' }],
      ['{"a": "1 + 1", "b": "y"}', { a: '1 + 1', b: 'y' }],
    ],
    refused: [
      '{"a": "x" + z, "b": "y"}',
      '{"a": "x" + 1, "b": "y"}',
      '{"a": "x" +, "b": "y"}',
      '{"a": "x" + "z',
    ],
  },
  {
    kind: 'wrappers of values',
    format: TEXT_AND_NUMBER,
    read: [
      ['{"a": ObjectId("x"), "b": NumberLong(1)}', X1],
      ["{'a': new Date( 'x' ), 'b': NumberInt(\"1\")}", X1],
      ['callback_1({"a": "x", "b": 1});', X1],
    ],
    refused: [
      '{"a": "x", "b": sqrt(1)}',
      '{"a": lower("x"), "b": 1}',
      '{"a": ObjectId(), "b": 1}',
      '{"a": ObjectId("x", "z"), "b": 1}',
      '{"a": ObjectId("x"',
      '{"a": "x", "b": NumberLong(1 + 1)}',
    ],
  },
  {
    kind: 'numbers in other spellings',
    format: NUMBER,
    read: [
      ['{"a": 1,234}', { a: 1234 }],
      ['{"a": -12,345,678.5, "z": 1}', { a: -12_345_678.5 }],
      ['{"a": 1,234, z: 1}', { a: 1234 }],
      ['{"a": 1_234.5_6}', { a: 1234.56 }],
      ['{"a": .25}', { a: 0.25 }],
      ['{"a": 12"}', { a: 12 }],
    ],
    refused: [
      '{"a": 1,23}',
      '{"a": 0,123}',
      '{"a": 1,2345}',
      '{"a": 1.234,56}',
      '{"a": 1/2}',
      '{"a": 10-20}',
      '{"a": 007}',
      '{"a": 5 kg}',
      '{"a": 1e}',
      '{"a": Infinity}',
      '{"a": "1,234"}',
      '{"a": [1,234]}',
    ],
  },
  {
    kind: 'a list has its numbers, not thousands',
    format: { a: { type: 'list', item_type: 'int' } },
    read: [['{a: [1,234]}', { a: [1, 234] }]],
    refused: ['{a: [1 + 234]}', '{a: [1, 234 kg]}', '{a: [1,234'],
  },
  {
    kind: 'words where a text is due',
    format: TEXTS,
    read: [
      ['{a: some words, b: 1/2}', { a: 'some words', b: '1/2' }],
      ["{a: it's 12:30, b: 5 kg}", { a: "it's 12:30", b: '5 kg' }],
      ['{a: one, two and three, b: true story}', { a: 'one, two and three', b: 'true story' }],
      ['{a: https://example.com/x?y=1#z, b: y // said so\n}', { a: 'https://example.com/x?y=1#z', b: 'y' }],
      ['{a: words (in brackets), b: f{x} y}', { a: 'words (in brackets)', b: 'f{x} y' }],
    ],
    refused: [
      '{a: x, b: true}',
      '{a: x, b: 1}',
      '{a: x, b: f(1)}',
      '{a: x, b: }',
      '{a: x, b: None}',
      '{a: x: z, b: y}',
    ],
  },
  {
    kind: 'nothing, where null may stand',
    format: OPTIONAL,
    read: [
      ['{"a": "x", "b": }', { a: 'x', b: null }],
      ['{"b": , "a": "x"}', { a: 'x', b: null }],
      ['{"a": "x", "b": undefined}', { a: 'x', b: null }],
      ['{"a": "x", "b": NaN}', { a: 'x', b: null }],
      ['{"a": "x", "b": NULL}', { a: 'x', b: null }],
    ],
    refused: ['{"a": , "b": "y"}', '{"a": undefined, "b": "y"}', '{"a": NaN}', '{"a": "x", "b":'],
  },
  {
    kind: 'JSON that was escaped as a whole',
    format: TEXT_AND_NUMBER,
    read: [
      ['{\\"a\\": \\"x\\", \\"b\\": 1}', X1],
      ['{\\n  \\"a\\": \\"x\\",\\n  \\"b\\": 1\\n}', X1],
      ['{\\"a\\": \\"say \\\\"x\\\\"\\", \\"b\\": 1}', { a: 'say "x"', b: 1 }],
      ['"{\\"a\\": \\"x\\", \\"b\\": 1}"', X1],
      ['{"a": "{\\"a\\": 1}", "b": 1,}', { a: '{"a": 1}', b: 1 }],
    ],
    refused: [
      '{\\"a\\": \\"x\\", \\"b\\": 1',
      '{\\"a\\": \\"x',
      '{"c": "{\\"a\\": \\"x\\", \\"b\\": 1}", "d": ',
    ],
  },
  {
    kind: 'a bracket too early, if nothing that may be due is lost',
    format: OPTIONAL,
    read: [
      ['{"a": "x"}, "b": "y"}', AB],
      ['{"a": "x", "b": "y"}, "c" is no more}', AB],
      ['{"a": "x", "b": "y"}, "c": no {more} of it', AB],
      ['{"a": "x", "b": "y"}, "c": cut', AB],
    ],
    refused: ['{"a": "x"}, "b": y {z}', '{"a": "x"}, "b": "y', '{"a": "x"}, "b": '],
  },
  {
    kind: 'a comment in a text of one line',
    format: TEXTS,
    read: [
      ['{"a": "x" /* one */, "b": "y" // two }', AB],
      ['{"a": "x" # one, "b": "y" }', AB],
      ['{"a": "x", // "a": "z"\n "b": "y"}', AB],
    ],
    refused: ['{"a": "x", // "b": "y"', '{"a": "x", // "b": "y"\n}'],
  },
]

for (const { kind, format, read, refused } of kinds) {
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
