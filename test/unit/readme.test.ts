import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readmeWithTable, settingsTable } from '../support/settings-table.ts'

test('the README shows every setting as it is; `node test/support/settings-table.ts` writes the table', () => {
  const { current, wanted } = readmeWithTable()
  assert.ok(current.includes(settingsTable()), 'the table is not there')
  assert.equal(current, wanted)
})
