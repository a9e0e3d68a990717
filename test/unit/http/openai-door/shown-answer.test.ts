import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ShownAnswer } from '../../../../src/http/openai-door/stream/shown-answer.ts'
import fc from '../../../support/fast-check.ts'

const pieces = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), { maxLength: 20 })
function shown(texts: readonly string[]): ShownAnswer {
  const answer = new ShownAnswer()
  for (const text of texts) answer.add(text)
  return answer
}

test('what is left of an answer is what was not shown, in whatever pieces it was', () => {
  fc.assert(
    fc.property(pieces, pieces, (before, after) => {
      const answer = shown(before)
      assert.equal(answer.size, Buffer.byteLength(before.join('')))
      assert.equal(answer.restOf([...before, ...after].join('')), after.join(''))
    }),
  )
})

test('an answer that differs anywhere from what was shown is another', () => {
  fc.assert(
    fc.property(pieces, fc.nat(), (before, place) => {
      const text = before.join('')
      fc.pre(text.length > 0)
      const at = place % text.length
      assert.equal(shown(before).restOf(`${text.slice(0, at)}\u0001${text.slice(at + 1)}x`), null)
    }),
  )
})

test('an answer that only lacks some of the end is no other, and one that lacks more is', () => {
  const text = 'word '.repeat(200)
  assert.equal(shown([text, '<|im_end|>']).restOf(text), '')
  assert.equal(shown([text]).restOf(''), null)
  assert.equal(shown([text]).restOf(text.slice(0, -64)), '')
  assert.equal(shown([text]).restOf(text.slice(0, -65)), null)
  assert.equal(shown(['Hello']).restOf(''), null)
  assert.equal(shown([]).restOf(''), '')
})
