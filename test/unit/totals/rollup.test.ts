import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../../../src/models/model.ts'
import type { ModelRegistry } from '../../../src/models/model-registry.ts'
import { deltaOfRun } from '../../../src/runs/execute/delta-of-run.ts'
import type { Attempt } from '../../../src/runs/run.ts'
import { resultOf } from '../../../src/runs/run-result.ts'
import { addDelta } from '../../../src/totals/add-delta.ts'
import type { CardinalityStore } from '../../../src/totals/cardinality-store.ts'
import { presentCredits } from '../../../src/totals/report-figures.ts'
import { FieldSums, joinName, rollupDay, splitName } from '../../../src/totals/rollup.ts'
import fc from '../../support/fast-check.ts'
import { aRequest } from '../../support/runs.ts'

test('a name gives its parts back, whatever callers call their groups', () => {
  const part = fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), { nil: null })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      assert.deepEqual(splitName(joinName(parts)), parts)
    }),
  )
  for (const group of ['-', '/', ':', 'a/b:c', '{s0}', '%2D', ' ']) {
    assert.deepEqual(splitName(joinName(['t', null, group])), ['t', null, group])
    assert.doesNotMatch(joinName([group]), /[/:{}]/)
  }
  assert.equal(joinName(['p', 't', null]), 'p/t/-')
  // Half of a surrogate pair cannot be written as UTF-8.
  assert.deepEqual(splitName(joinName(['\ud83d'])), ['\ufffd'])
})

test('a day is the UTC one', () => {
  assert.equal(rollupDay(Date.parse('2026-11-24T23:59:59.999Z')), '20261124')
})

test('credits are exact decimals with two places or as many as they need', () => {
  assert.deepEqual([0, 1, 10_000, 1_234_500, 5_000_000, 9_007_199_254_740_991].map(presentCredits), [
    '0.00',
    '0.000001',
    '0.01',
    '1.2345',
    '5.00',
    '9007199254.740991',
  ])
})

test('calls are counted for the model that they asked, and all of a run adds up to its result', async () => {
  const find = (name: string) => (name === 'dear' ? ({ price: { input: 3, output: 7 } } as Model) : null)
  const names = { group: async () => 'g', series: async () => 'own' } as unknown as CardinalityStore
  const call = { number: 1, fence: 1, worker: 'w', started: 1000 }
  const attempts: Attempt[] = [
    { ...call, ended: null, outcome: 'lost', model: 'dear', inputTokens: 0, outputTokens: 0 },
    { ...call, ended: 1250, outcome: 'invalid', model: 'dear', inputTokens: 11, outputTokens: 5 },
    { ...call, ended: 3000, outcome: 'succeeded', model: 'cheap', inputTokens: 7, outputTokens: 2 },
  ]
  const request = aRequest({ reportingGroup: 'g' })
  const result = resultOf(request, null, attempts, { error: null }, find)
  const models = { find } as unknown as ModelRegistry
  const totals: [name: string, sums: FieldSums][] = []
  addDelta(
    await deltaOfRun({ names, models }, request, { revision: 'r', split: 3 }, result, attempts),
    (name) => {
      const sums = new FieldSums()
      totals.push([name, sums])
      return sums
    },
  )
  const [report, run, compared, dear, cheap] = totals.map(([, sums]) => Object.fromEntries(sums.all()))
  assert.deepEqual(
    totals.map(([name]) => splitName(name).slice(2)),
    [['r', 'g'], ['r'], ['r', '3'], ['r', 'dear'], ['r', 'cheap']],
  )
  assert.deepEqual([compared?.['n'], compared?.['failed'], compared?.['invalid']], [1, undefined, 1])
  assert.equal(run?.['runs:succeeded'], 1)
  assert.equal(run?.['drawn'], 1)
  for (const field of ['credits', 'tokens:input', 'tokens:output']) {
    assert.equal((dear?.[field] ?? 0) + (cheap?.[field] ?? 0), report?.[field] ?? 0, field)
  }
  assert.deepEqual(dear, {
    credits: 68,
    'attempts:lost': 1,
    'attempts:invalid': 1,
    'tokens:input': 11,
    'tokens:output': 5,
    'us:invalid': 250_000,
    'seconds:invalid:5': 1,
    'size:input:2': 1,
    'size:output:2': 1,
  })
  assert.deepEqual([report?.['tokens:input'], report?.['credits']], [result.inputTokens, result.credits])
})
