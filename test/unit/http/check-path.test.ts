import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPathCheck } from '../../../src/http/check-request.ts'
import { taskParams } from '../../../src/http/route.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { newId } from '../../../src/platform/ids.ts'

const paramsOf = (task_id: string) => ({ org_id: newId(), project_id: newId(), task_id })

test('a path is checked once, and requests share what it comes to, which nobody can change', () => {
  const check = createPathCheck()
  const params = paramsOf(newId())
  const first = check('get /a', taskParams, params)
  assert.deepEqual(first, params)
  assert.equal(check('get /a', taskParams, params), first)
  assert.throws(() => Object.assign(first, { task_id: 'other' }), TypeError)
  const other = paramsOf(newId())
  assert.deepEqual(check('get /b', taskParams, other), other)
})

test('a path that is refused is refused each time, whatever was asked for before', () => {
  const check = createPathCheck()
  check('get /a', taskParams, paramsOf(newId()))
  for (const _ of [1, 2]) {
    assert.throws(
      () => check('get /b', taskParams, paramsOf('none')),
      (error) => error instanceof ApiError && error.reason === 'MALFORMED_ID',
    )
  }
})
