import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHTML } from 'linkedom'
import { feedbackForm } from '../../../../src/http/pages/feedback-form.ts'
import { html } from '../../../../src/http/pages/html.ts'
import { readFeedbackForm } from '../../../../src/http/pages/read-feedback-form.ts'
import { levelOf, type Score, type Scores, type ScoreValue } from '../../../../src/tasks/scores/score.ts'
import fc from '../../../support/fast-check.ts'

test('a text that is put into HTML is that text, between tags and in quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const written = html`<p title="${text}">${text}</p>`.html
      assert.equal(written.match(/[<>]/g)?.length, 4, written)
      assert.equal(written.match(/"/g)?.length, 2, written)
      const { document } = parseHTML(`<body>${written}</body>`)
      assert.equal(document.querySelector('p')?.textContent, text)
    }),
  )
})

/** Also line breaks, which browsers change in forms, and what is no text. */
const option = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
/** Never -0, of which JSON makes 0. */
const end = fc
  .oneof(fc.integer({ min: -20, max: 20 }), fc.double({ noNaN: true, min: -9, max: 9 }))
  .map((each) => each + 0)
const score: fc.Arbitrary<Score> = fc.oneof(
  fc.record({ type: fc.constant('boolean' as const), good: fc.boolean() }),
  fc
    .tuple(end, end)
    .filter(([min, max]) => min < max)
    .map(([min, max]) => ({ type: 'number' as const, min, max, good: 'low' as const })),
  fc
    .uniqueArray(option, { minLength: 2, maxLength: 5 })
    .map((options) => ({ type: 'category' as const, options, good: options.slice(0, 1) })),
)

/** What a browser sends of the form as it stands. */
function sentOf(form: string): Record<string, string> {
  const { document } = parseHTML(`<body>${form}</body>`)
  const inputs = [...document.querySelectorAll('input')].filter(
    (each) => each.getAttribute('type') !== 'radio' || each.hasAttribute('checked'),
  )
  const fields = inputs.map((each) => [each.getAttribute('name'), each.getAttribute('value')])
  return Object.fromEntries([...fields, ['comment', '']])
}

test('a form that is sent as it stands changes nothing, whatever was declared and said', () => {
  const given = score.chain((each) => {
    const value: fc.Arbitrary<ScoreValue | null> =
      each.type === 'boolean'
        ? fc.boolean()
        : each.type === 'category'
          ? fc.constantFrom(...each.options)
          : fc.double({ noNaN: true, min: each.min, max: each.max }).map((number) => number + 0)
    return fc.tuple(fc.constant(each), fc.option(value))
  })
  fc.assert(
    fc.property(given, given, (one, other) => {
      const declared: Scores = { one: one[0], other_one: other[0] }
      const said = { one: one[1], other_one: other[1] }
      const form = feedbackForm(declared, said, 4000).html
      assert.deepEqual(readFeedbackForm(sentOf(form)), { scores: said })
    }),
  )
})

test('each choice of a form is a value that the score takes', () => {
  fc.assert(
    fc.property(score, (each) => {
      const { document } = parseHTML(`<body>${feedbackForm({ one: each }, {}, 4000).html}</body>`)
      const radios = [...document.querySelectorAll('input[type=radio]')]
      for (const radio of radios) {
        const field = radio.getAttribute('name') ?? ''
        const { scores } = readFeedbackForm({ [field]: radio.getAttribute('value') ?? '' })
        const { one } = scores as { one: unknown }
        assert.ok(one === null || levelOf(each, one) !== null, String(one))
      }
    }),
  )
})

test('fields of other forms stay as they are', () => {
  const own = { scores: '{"helpful": true}', comment: '' }
  assert.deepEqual(readFeedbackForm(own), own)
  const typed = readFeedbackForm({ 'score:stars': 'many', 'score:half': '.5', comment: ' so ' })
  assert.deepEqual(typed, { scores: { stars: 'many', half: 0.5 }, comment: ' so ' })
})
