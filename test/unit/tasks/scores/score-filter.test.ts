import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScoreValue } from '../../../../src/tasks/scores/score.ts'
import { scoreFilter } from '../../../../src/tasks/scores/score-filter.ts'

test('a list is filtered by a value, or by a range of numbers however they are written', () => {
  const cases: [string, ScoreValue[], ScoreValue[]][] = [
    ['a', [true, 0, 'x'], []],
    ['a:true', [true], [false]],
    ['a:1..2', [1, 1.5, 2], [0.9, 2.1]],
    ['a:..-.5', [-0.5, -9], [0]],
    ['a:-2...5', [-2, 0.5], [0.6]],
    ['a:1e-7..2E-7', [1e-7, 1.5e-7], [0, 1]],
    ['a:..1e+300', [-1e308, 1e300], [1e301]],
    ['a:1e-7', [1e-7], [1]],
    ['a:x..y', ['x..y'], ['x', 1]],
    ['a: ', [' '], [0]],
    ['a:0x5', ['0x5'], [5]],
    ['a:two\nlines', ['two\nlines'], ['two']],
  ]
  for (const [text, fitting, others] of cases) {
    const { fits } = scoreFilter.parse(text)
    for (const value of fitting) assert.ok(fits(value), `${text} ${value}`)
    for (const value of others) assert.ok(!fits(value), `${text} ${value}`)
  }
})
