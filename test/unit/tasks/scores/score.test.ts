import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  goodOf,
  levelOf,
  levelsOf,
  reportedText,
  type Score,
  scoresSchema,
} from '../../../../src/tasks/scores/score.ts'
import fc from '../../../support/fast-check.ts'

const SCORES: Record<string, Score> = {
  helpful: { type: 'boolean', good: true },
  harmful: { type: 'boolean', good: false },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
  errors: { type: 'number', min: 0, max: 100, good: 'low' },
  tone: { type: 'category', options: ['ok', 'rude', 'odd'], good: ['ok', 'odd'] },
}

test('values are counted by how good they are, numbers by their range', () => {
  const cases: [keyof typeof SCORES, unknown, number | null][] = [
    ['helpful', true, 1],
    ['helpful', false, 0],
    ['helpful', 'true', null],
    ['harmful', false, 1],
    ['stars', 1, 0],
    ['stars', 5, 20],
    ['stars', 3, 10],
    ['stars', 5.01, null],
    ['stars', Number.NaN, null],
    ['stars', '3', null],
    ['errors', 100, 20],
    ['tone', 'ok', 1],
    ['tone', 'rude', 0],
    ['tone', 'other', null],
    ['tone', 1, null],
  ]
  for (const [name, value, level] of cases) {
    const score = SCORES[name] ?? assert.fail()
    assert.equal(levelOf(score, value), level, `${name} ${value}`)
    if (level !== null) assert.ok(level < levelsOf(score))
  }
  assert.deepEqual(Object.values(SCORES).map(goodOf), ['high', 'high', 'high', 'low', 'high'])
})

test('what cannot be told apart, or is too much, is no declaration', () => {
  const schema = scoresSchema(5)
  assert.deepEqual(schema.parse(SCORES), SCORES)
  const bad: unknown[] = [
    { stars: { type: 'number', min: 5, max: 5, good: 'high' } },
    { stars: { type: 'number', min: -1e308, max: 1e308, good: 'high' } },
    { tone: { type: 'category', options: ['a', 'a'], good: ['a'] } },
    { tone: { type: 'category', options: ['a', 'b'], good: ['c'] } },
    { tone: { type: 'category', options: ['a', 'b'], good: ['a', 'b'] } },
    { tone: { type: 'category', options: ['a'], good: ['a'] } },
    { tone: { type: 'category', options: ['a', '\ud800'], good: ['a'] } },
    { helpful: { type: 'boolean' } },
    { helpful: { type: 'boolean', good: true, extra: 1 } },
    { 'Not a name': { type: 'boolean', good: true } },
    { ...SCORES, one_more: { type: 'boolean', good: true } },
  ]
  for (const each of bad) assert.equal(schema.safeParse(each).success, false, JSON.stringify(each))
})

test('reports tell the levels of a number apart, wherever its range lies and however narrow it is', () => {
  const bound = fc.double({ min: -1e300, max: 1e300, noNaN: true })
  fc.assert(
    fc.property(bound, fc.double({ min: 1e-9, max: 1, noNaN: true }), (min, width) => {
      const max = min + Math.max(Math.abs(min), 1e-300) * width
      fc.pre(min < max)
      const score: Score = { type: 'number', min, max, good: 'high' }
      const values = Array.from({ length: 21 }, (_, level) => min + (level / 20) * (max - min))
      const texts = new Map<string, number>()
      for (const value of values) {
        const level: number = levelOf(score, Math.min(value, max)) ?? assert.fail()
        const text = reportedText(score, Math.min(value, max))
        assert.equal(texts.get(text) ?? level, level, text)
        texts.set(text, level)
      }
    }),
  )
})

test('reports show a level with as few digits as tell it apart', () => {
  const of = (min: number, max: number, value: number) =>
    reportedText({ type: 'number', min, max, good: 'high' }, value)
  assert.deepEqual(
    [of(1, 5, 4), of(0, 1, 0.3), of(0, 0.7, 0.21), of(2_000_000, 2_000_010, 2_000_003)],
    ['4', '0.3', '0.21', '2000003'],
  )
})
