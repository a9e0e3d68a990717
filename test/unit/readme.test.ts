import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readmeWithResults } from '../../bench/results.ts'
import { readmeWithTable, settingsTable } from '../support/settings-table.ts'

const HINT = 'the table of settings in README.md is not up to date: run `node test/support/settings-table.ts`'

test('the README shows every setting as it is', () => {
  const { current, wanted } = readmeWithTable()
  assert.ok(current.includes(settingsTable()), HINT)
  assert.equal(current, wanted, HINT)
})

test('the README shows the results of the benchmark that are kept', async () => {
  const { current, wanted } = await readmeWithResults()
  assert.equal(current, wanted, 'run `node bench/results.ts`')
})
