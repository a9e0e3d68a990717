import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf } from '../sim-decisions/results.ts'
import { simulate } from '../sim-decisions/simulate.ts'

test('what the statistics of decisions promise holds, with a fixed seed', (t) => {
  const figures = simulate({ repetitions: 60, seed: 7 })
  for (const figure of figures) t.diagnostic(lineOf(figure))
  assert.deepEqual(
    figures.filter(({ holds }) => holds === false),
    [],
  )
})
