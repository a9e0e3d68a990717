import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSaidLimits } from '../../../../src/models/limits/said-limits.ts'

const read = (headers: Record<string, string>) => readSaidLimits((name) => headers[name] ?? null)

test('limits per minute are read as servers say them; those of a day, and what is no number, are not', () => {
  assert.equal(read({}), null)
  assert.equal(read({ 'x-ratelimit-limit-requests': 'many' }), null)
  assert.deepEqual(read({ 'x-ratelimit-limit-requests': '500', 'x-ratelimit-remaining-tokens': '7' }), {
    left: [null, 7, null, null],
    limits: [500, null, null, null],
  })
  assert.deepEqual(read({ 'anthropic-ratelimit-output-tokens-limit': '8000' })?.limits, [
    null,
    null,
    null,
    8000,
  ])
  // Groq's requests are those of a day.
  const groq = { 'x-ratelimit-limit-requests': '14400', 'x-ratelimit-reset-requests': '2m59.56s' }
  assert.equal(read(groq), null)
})

test('a limit of 0 is none, and what is left of it says nothing', () => {
  const zeros = { 'x-ratelimit-limit-requests': '0', 'x-ratelimit-remaining-requests': '0' }
  assert.equal(read(zeros), null)
  assert.deepEqual(
    read({ ...zeros, 'x-ratelimit-limit-tokens': '90', 'x-ratelimit-remaining-tokens': '0' }),
    {
      left: [null, 0, null, null],
      limits: [null, 90, null, null],
    },
  )
})
