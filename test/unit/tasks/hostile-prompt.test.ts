import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { missingParameters, parametersOf, renderPrompt } from '../../../src/tasks/prompt.ts'
import { fuzz } from '../../support/fuzz.ts'

const piece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '{{',
    '}}',
    '{a}',
    '{{b}}',
    '{ a }',
    '{a',
    'a}',
    '{{a}',
    '{a}}',
    '{1}',
    '$&',
    '$1',
  ),
  fc.string({ maxLength: 5 }),
)
const prompt = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))

test('a prompt of any text renders, and what is put into it is never looked at again', () => {
  fc.assert(
    fc.property(prompt, fc.oneof(prompt, fc.jsonValue()), (text, value) => {
      const names = parametersOf(text)
      const inputs = Object.fromEntries(names.map((name) => [name, value]))
      assert.deepEqual(missingParameters(names, inputs), [])
      // Whatever stands between the placeholders is unchanged, and each gave the value as it is.
      const said = typeof value === 'string' ? value : JSON.stringify(value)
      const parts = text.split(/\{\{[A-Za-z_]\w*\}\}|\{[A-Za-z_]\w*\}/)
      assert.equal(renderPrompt(text, inputs), parts.join(said))
    }),
    fuzz(500),
  )
})

test('prompts of a million braces are read in one pass', () => {
  // One that went back for each of them would not end within the time of the test.
  for (const part of ['{', '{{', '{a', '{{a', '{{a}', '}{', '{{{a']) {
    const long = part.repeat(1_000_000 / part.length)
    assert.ok(parametersOf(long).length <= 1)
    assert.ok(renderPrompt(long, {}).length === long.length)
  }
  const name = `{${'a'.repeat(1_000_000)}`
  assert.equal(renderPrompt(name, {}), name)
})
