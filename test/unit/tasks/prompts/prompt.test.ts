import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookalikesIn } from '../../../../src/tasks/prompts/lookalikes.ts'
import { parametersOf, readPrompt, renderPrompt } from '../../../../src/tasks/prompts/prompt.ts'

/** What is written, what comes of it where `a` is `V` and `b` is `W`, and the parameters that it has. */
const PROMPTS: readonly (readonly [written: string, rendered: string, parameters: string])[] = [
  ['{a} {{b}} {{ a }} {{\tb }}', 'V W V W', 'a b'],
  ['{{a }}{{ b}}', 'VW', 'a b'],
  ['{ a } {a b} {1a} {} {{}} {{ }}', '{ a } {a b} {1a} {} {{}} {{ }}', ''],
  ['{"a": {a}, "n": {"b": 1}}', '{"a": V, "n": {"b": 1}}', 'a'],
  ['{{{a}}}', '{V}', 'a'],
  // A backslash takes a placeholder for text, whichever spelling it has.
  ['\\{a} \\{{a}} \\{{ a }}', '{a} {{a}} {{ a }}', ''],
  ['\\frac\\{a}{b}', '\\frac{a}W', 'b'],
  ['{a}\\{a}{a}', 'V{a}V', 'a'],
  // Two are two, as LaTeX ends its lines.
  ['x \\\\{a}', 'x \\\\V', 'a'],
  ['\\\\\\{a}', '\\\\{a}', ''],
  // Anywhere else it is text.
  ['\\{1, 2\\} \\d{2} C:\\dir \\n', '\\{1, 2\\} \\d{2} C:\\dir \\n', ''],
]

test('placeholders, and what only looks like one', () => {
  for (const [written, rendered, parameters] of PROMPTS) {
    assert.equal(renderPrompt(readPrompt(written), { a: 'V', b: 'W' }), rendered, written)
    assert.equal(parametersOf(written).join(' '), parameters, written)
  }
})

test('only the parameters that a revision was made with are placeholders', () => {
  const prompt = readPrompt('{a} {{ b }}', new Set(['a']))
  assert.equal(renderPrompt(prompt, { a: 'V', b: 'W' }), 'V {{ b }}')
})

test('what looks like a placeholder and is text is found, and nothing that is meant', () => {
  const warned = [
    '{{user.name}}',
    '{ text }',
    '{first name}',
    '{{#if text}}',
    '{na-me}',
    '{{name|upper}}',
    '{größe}',
  ]
  assert.deepEqual(lookalikesIn(`Say ${warned.join(' or ')} about {text}, ${warned[0]}.`), warned)
  for (const meant of [
    '{text} {{ text }}',
    '{"a": {"b": [1, {text}]}}',
    '\\{text} \\{{ text }}',
    '{1, 2} {} {{}}',
    'f(x) { return 1; }',
  ]) {
    assert.deepEqual(lookalikesIn(meant), [], meant)
  }
  assert.equal(lookalikesIn(Array.from({ length: 1000 }, (_, at) => `{a b${at}}`).join(' ')).length, 10)
  // A search that went back for each of them would not end within the time of the test.
  for (const part of ['{', '{a ', '{ ', '{a.', '{{{a b']) lookalikesIn(part.repeat(500_000 / part.length))
})
