import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutStack } from '../../../src/platform/without-stack.ts'

test('errors that are made within have no stack, and those made after it have theirs, whatever is thrown', () => {
  const within = withoutStack(() => new RangeError('what a server said'))
  assert.equal(within.stack, 'RangeError: what a server said')
  assert.throws(() =>
    withoutStack(() => {
      throw new Error('not made')
    }),
  )
  assert.match(new Error('ours').stack ?? '', /without-stack\.test/)
})
