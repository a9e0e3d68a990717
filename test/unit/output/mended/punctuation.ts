import { AB, type Kind, LIST, OPTIONAL, TEXT_AND_NUMBER, TEXTS, X1 } from './kind.ts'

/** Colons, commas, brackets, ellipses and comments. */
export const PUNCTUATION: readonly Kind[] = [
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
