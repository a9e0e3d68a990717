import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf, textOfRows } from '../../../console/src/pages/edit-task/processor-rows.ts'
import { budgetDraftOf, budgetOf } from '../../../console/src/pages/limits/budget-draft.ts'
import { limitDraftOf, limitOf } from '../../../console/src/pages/limits/limit-draft.ts'
import { withPolicy } from '../../../console/src/pages/limits/with-policy.ts'
import { filledParameters } from '../../../console/src/parts/code/filled-parameters.ts'
import { budgetPolicy } from '../../../src/policies/budget.ts'
import { limitPolicy } from '../../../src/policies/policy.ts'
import { filledParameters as filledOnServer } from '../../../src/runs/file-use.ts'
import type { Revision as ServerRevision } from '../../../src/tasks/task.ts'

test('a limit and a budget come out of their forms as they went in', () => {
  const id = '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d'
  const limits = [
    { name: 'a', requests_per_minute: 600 },
    { name: 'b', applies_to: 'key', target_id: id, tokens_per_minute: 5, concurrent_runs: 2 },
  ].map((each) => limitPolicy.parse(each))
  for (const limit of limits) assert.deepEqual(limitPolicy.parse(limitOf(limitDraftOf(limit))), limit)
  const budgets = [
    { name: 'a', credits: 0.25, per: 'day', mode: 'soft' },
    ...['task', 'key'].map((applies_to) => {
      return { name: applies_to, applies_to, target_id: id, credits: 20, per: 'month', mode: 'hard' }
    }),
  ].map((each) => budgetPolicy.parse({ ...each, thresholds: [0.07, 0.29, 0.57, 1.15] }))
  for (const budget of budgets) assert.deepEqual(budgetPolicy.parse(budgetOf(budgetDraftOf(budget))), budget)
})

test('what is no number is refused by its name, and what makes no sense is left to the server', () => {
  const [limit, budget] = [limitDraftOf(null), { ...budgetDraftOf(null), name: 'x', credits: '5' }]
  assert.equal(limitOf({ ...limit, name: ' x ', requests_per_minute: '60' }).name, 'x')
  assert.throws(
    () => limitOf({ ...limit, requests_per_minute: 'many' }),
    /^TypeError: runs a minute: “many” is/,
  )
  assert.throws(() => budgetOf({ ...budget, credits: '1,5' }), /^TypeError: Credits: “1,5” is no number/)
  assert.throws(() => budgetOf({ ...budget, credits: ' ' }), /^TypeError: Credits: nothing is typed/)
  assert.throws(() => budgetOf({ ...budget, thresholds: '50, x' }), /^TypeError: Tell of it: “ x” is no/)
  assert.equal(limitPolicy.safeParse(limitOf({ ...limit, name: 'x' })).success, false)
  assert.equal(budgetPolicy.safeParse(budgetOf({ ...budget, credits: '-1' })).success, false)
})

test('a policy takes the place of the one that it was, and others stay', () => {
  const [a, b, c, x] = ['a', 'b', 'c', 'x'].map((name) => ({ name, most: 1 }))
  assert.ok(a && b && c && x)
  assert.deepEqual(withPolicy([a, b, c], b, x), [a, x, c])
  assert.deepEqual(withPolicy([a, b, c], null, x), [a, b, c, x])
  assert.deepEqual(withPolicy([a, b, c], b, null), [a, c])
  assert.deepEqual(withPolicy([a, c], b, null), [a, c])
})

test('a policy that somebody else has changed meanwhile is not overwritten, and none that is gone comes back', () => {
  const mine = { name: 'b', most: 1, per: 'day' }
  const written = { per: 'day', most: 1, name: 'b' }
  assert.deepEqual(withPolicy([written], mine, { ...mine, most: 2 }), [{ ...mine, most: 2 }])
  for (const next of [{ ...mine, most: 2 }, null]) {
    assert.throws(() => withPolicy([{ ...mine, most: 9 }], mine, next), /“b” was changed meanwhile/)
  }
  assert.throws(() => withPolicy([], mine, { ...mine, most: 2 }), /“b” was taken away meanwhile/)
})

const ENTRIES = [
  { param_name: 'contract', input_processor: 'document_content_extractor', config: { filename: 'c.pdf' } },
  { id: 7, param_name: 'page', input_processor: 'url_fetcher', config: {} },
]
const written = (value: unknown) => JSON.stringify(value, null, 2)

test('input processors are written as they were read, and what is no JSON yet is kept to be refused', () => {
  const rows = rowsOf(written(ENTRIES)) ?? assert.fail('no rows')
  assert.equal(textOfRows(rows), written(ENTRIES))
  const [first, second] = rows
  assert.ok(first && second)
  assert.equal(textOfRows([first]), written(ENTRIES.slice(0, 1)))
  assert.deepEqual(rowsOf(''), [])
  assert.equal(textOfRows([]), '')
  const typed = textOfRows([{ ...first, config: '{"filename": ' }, second])
  assert.throws(() => JSON.parse(typed))
  for (const other of ['{}', '[1]', 'x']) assert.equal(rowsOf(other), null)
})

test('the parameters that documents fill are those that the server fills', () => {
  const odd = [null, 4, { input_processor: 'document_content_extractor' }, { param_name: 'x' }]
  const input_processors: readonly unknown[] = [...ENTRIES, ...odd]
  const filled = filledParameters({ input_processors })
  assert.deepEqual([...filled.keys()], filledOnServer({ input_processors } as unknown as ServerRevision))
  assert.equal(filled.get('contract'), 'c.pdf')
})
