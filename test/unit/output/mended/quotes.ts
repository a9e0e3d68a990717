import { AB, type Kind, LIST, OPTIONAL, TEXT_AND_NUMBER, TEXTS, X1 } from './kind.ts'

/** Quotes and keys: others, missing, doubled, and what stands around them. */
export const QUOTES: readonly Kind[] = [
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
]
