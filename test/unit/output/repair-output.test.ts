import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { outputInstructions, repairRequest } from '../../../src/output/repair-output.ts'

test('a repair request lists every issue with its place, and asks for the whole object', () => {
  const issues = [
    { path: '', message: 'is empty' },
    { path: 'items[0].price', message: 'is required' },
  ]
  assert.equal(
    repairRequest(issues),
    [
      'Your answer does not have the required structure:',
      '- the answer: is empty',
      '- items[0].price: is required',
      'Answer again with the corrected JSON object only: the whole of it, and no other text.',
    ].join('\n'),
  )
})

test('a repair request is bounded in the number and the length of its issues', () => {
  const issues = Array.from({ length: 1000 }, () => ({
    path: 'p'.repeat(10_000),
    message: 'm'.repeat(10_000),
  }))
  const text = repairRequest(issues)
  assert.ok(text.length < 15_000)
  assert.match(text, /\n- and 980 more\n/)
})

test('a model that is given the schema needs no instructions', () => {
  assert.equal(outputInstructions(compileOutput({ a: 'str' }), 'json_schema'), null)
})

test('any other model is told to answer in JSON, with the schema', () => {
  const compiled = compileOutput({ a: { type: 'str', description: 'The first letter' } })
  for (const capability of ['json_object', 'none'] as const) {
    const text = outputInstructions(compiled, capability) ?? ''
    assert.match(text, /JSON/)
    assert.ok(text.includes(JSON.stringify(compiled.jsonSchema)))
  }
})
