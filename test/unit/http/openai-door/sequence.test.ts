import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as numbers from '../../../../src/http/openai-door/stream/sequence.ts'
import fc from '../../../support/fast-check.ts'

const generation = fc.nat(numbers.LAST_GENERATION)
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })

test('numbers go up with what they stand for, and all are integers of 32 bits', () => {
  fc.assert(
    fc.property(generation, fc.nat(50_000_000), (of, end) => {
      const all = [
        ...[numbers.CREATED, numbers.IN_PROGRESS, numbers.ITEM_ADDED, numbers.PART_ADDED],
        ...[numbers.numberOfText(of, end + 1), numbers.numberOfText(of, end + 2)],
        ...([0, 1, 2, 3] as const).map((step) => numbers.numberOfEnd(of, step)),
      ]
      assert.deepEqual(
        all,
        all.toSorted((a, b) => a - b),
      )
      assert.equal(new Set(all).size, all.length)
      assert.ok((all.at(-1) ?? 0) < numbers.FAILED && numbers.FAILED === (numbers.FAILED | 0))
    }),
  )
})

test('behind any number of a text comes the rest of it, whatever its pieces are', () => {
  fc.assert(
    fc.property(generation, fc.array(text), fc.array(text), (of, before, after) => {
      const seen = before.join('')
      const seenTo = numbers.numberOfText(of, Buffer.byteLength(seen))
      const whole = seen + after.join('')
      // In one piece, in the pieces as they were, and in single characters.
      for (const pieces of [[whole], [...before, ...after], [...whole]]) {
        let offset = 0
        let rest = ''
        for (const piece of pieces) {
          rest += numbers.unseenOf(piece, of, offset, seenTo)
          offset += Buffer.byteLength(piece)
        }
        assert.equal(rest, after.join(''))
      }
    }),
  )
})

test('a number of one call of a model is none of another that comes later', () => {
  const calls = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 1000 }), fc.nat(3), ([fence, attempt], end, more) => {
      const of = numbers.generationOf(`${fence}-${attempt}`)
      const seen = numbers.numberOfText(of, end)
      assert.equal(numbers.isOfAnother(of, seen), false)
      assert.equal(numbers.isOfAnother(numbers.generationOf(`${fence}-${attempt + 1 + more}`), seen), true)
      assert.equal(numbers.isOfAnother(numbers.generationOf(`${fence + 1 + more}-${attempt}`), seen), true)
    }),
  )
  assert.equal(numbers.generationOf('1-1'), 0)
  assert.equal(numbers.generationOf('900-900'), numbers.LAST_GENERATION)
  for (const seen of [null, 0, 3, numbers.FAILED]) assert.equal(numbers.isOfAnother(7, seen), false)
})
