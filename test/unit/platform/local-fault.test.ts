import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesUnavailable } from '../../../src/files/files-unavailable.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { hasDescriptors, isLocalFault } from '../../../src/platform/local-fault.ts'

const coded = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code })

test('what a process or its machine lacks is its own fault, however deep it stands', () => {
  const local = [
    ...['EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ENOMEM', 'EADDRNOTAVAIL'].map((code) =>
      coded(code),
    ),
    new Error('outside', { cause: new Error('between', { cause: coded('EMFILE') }) }),
    new AggregateError([coded('ECONNREFUSED'), coded('EMFILE')]),
    filesUnavailable(new Error('not mounted')),
  ]
  for (const error of local) assert.equal(isLocalFault(error), true, String(error))
})

test('what others do, and what is a mistake, is not', () => {
  const others = [
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT'].map((code) => coded(code)),
    new TypeError('x is not a function'),
    new ApiError('NOT_AN_IMAGE', 'no'),
    new AggregateError([coded('ECONNREFUSED')]),
    'EMFILE',
    null,
  ]
  for (const error of others) assert.equal(isLocalFault(error), false, String(error))
  const round = coded('ECONNRESET')
  round.cause = round
  assert.equal(isLocalFault(round), false)
})

test('descriptors are looked for, and left as they were', () => {
  for (let round = 0; round < 3; round += 1) assert.equal(hasDescriptors(16), true)
})
