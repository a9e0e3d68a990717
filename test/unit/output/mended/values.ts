import { type Kind, NUMBER, OPTIONAL, TEXT_AND_NUMBER, TEXTS, X1 } from './kind.ts'

/** Texts, numbers and nothing, in other spellings than those of JSON. */
export const VALUES: readonly Kind[] = [
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
]
