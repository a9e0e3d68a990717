import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLineReference } from '../../support/command-line-reference.ts'

test('the reference of the command line shows every command as it is', async () => {
  const { current, wanted } = await commandLineReference()
  assert.equal(current, wanted, 'run `node test/support/command-line-reference.ts`')
})
