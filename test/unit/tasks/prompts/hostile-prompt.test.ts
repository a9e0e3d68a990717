import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  missingParameters,
  parametersOf,
  readPrompt,
  renderedLength,
  renderPrompt,
} from '../../../../src/tasks/prompts/prompt.ts'
import fc from '../../../support/fast-check.ts'
import { fuzz } from '../../../support/fuzz.ts'

const piece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '{{',
    '}}',
    '{a}',
    '{{b}}',
    '{ a }',
    '{{ a }}',
    '{{\ta}}',
    '\\',
    '\\\\',
    '\\{a}',
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

/** By another way than the one that is tested: from the left, a rule at a time. */
function renderSlowly(text: string, said: string): string {
  let rest = text
  let rendered = ''
  while (rest !== '') {
    const [slashes = ''] = /^\\*/.exec(rest) ?? []
    const behind = rest.slice(slashes.length)
    const placeholder = /^(\{\{[ \t]*[A-Za-z_]\w*[ \t]*\}\}|\{[A-Za-z_]\w*\})/.exec(behind)?.[0]
    if (placeholder) {
      const isText = slashes.length % 2 === 1
      rendered += isText ? slashes.slice(1) + placeholder : slashes + said
      rest = behind.slice(placeholder.length)
    } else {
      rendered += slashes + behind.slice(0, 1)
      rest = behind.slice(1)
    }
  }
  return rendered
}

test('a prompt of any text renders, and what is put into it is never looked at again', () => {
  fc.assert(
    fc.property(prompt, fc.oneof(prompt, fc.jsonValue()), (text, value) => {
      const names = parametersOf(text)
      const inputs = Object.fromEntries(names.map((name) => [name, value]))
      assert.deepEqual(missingParameters(names, inputs), [])
      // Whatever stands between the placeholders is unchanged, and each gave the value as it is.
      const said = typeof value === 'string' ? value : JSON.stringify(value)
      const read = readPrompt(text)
      const rendered = renderPrompt(read, inputs)
      assert.equal(rendered, renderSlowly(text, said))
      assert.equal(renderedLength([read], inputs), rendered.length)
    }),
    fuzz(500),
  )
})

test('prompts of a million braces are read in one pass', () => {
  // One that went back for each of them would not end within the time of the test.
  for (const part of ['{', '{{', '{a', '{{a', '{{a}', '}{', '{{{a', '\\', '{{ ', '{{ a ', '\\{', '\\{a']) {
    const long = part.repeat(1_000_000 / part.length)
    assert.ok(parametersOf(long).length <= 1)
    assert.ok(renderPrompt(readPrompt(long), {}).length === long.length)
  }
  const name = `{${'a'.repeat(1_000_000)}`
  assert.equal(renderPrompt(readPrompt(name), {}), name)
})
