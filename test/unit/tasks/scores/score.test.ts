import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goodOf, levelOf, levelsOf, type Score, scoresSchema } from '../../../../src/tasks/scores/score.ts'

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
    { helpful: { type: 'boolean' } },
    { helpful: { type: 'boolean', good: true, extra: 1 } },
    { 'Not a name': { type: 'boolean', good: true } },
    { ...SCORES, one_more: { type: 'boolean', good: true } },
  ]
  for (const each of bad) assert.equal(schema.safeParse(each).success, false, JSON.stringify(each))
})
