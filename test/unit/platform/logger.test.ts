import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ApiError } from '../../../src/platform/errors.ts'
import { describeError } from '../../../src/platform/logger.ts'

test('an error is logged with its causes, and with nothing that others hung on it', () => {
  const refused = Object.assign(new Error('OOM'), { command: { name: 'evalsha', args: ['a secret input'] } })
  const error = new ApiError('STORE_UNAVAILABLE', 'Try again.', { run: 'a secret output' }, refused)
  const logged = JSON.stringify(describeError(error))
  assert.doesNotMatch(logged, /secret/)
  const { type, reason, cause } = describeError(error) as { type: string; reason: string; cause: object }
  assert.deepEqual([type, reason], ['ApiError', 'STORE_UNAVAILABLE'])
  assert.partialDeepStrictEqual(cause, { type: 'Error', message: 'OOM' })
})

test('what is no error, causes without end and messages without end are bounded', () => {
  assert.equal(describeError({ password: 'hunter2' }), 'object')
  assert.equal(describeError('text'), 'text')
  const endless = new Error('x'.repeat(1_000_000))
  endless.cause = endless
  assert.ok(JSON.stringify(describeError(endless)).length < 60_000)
})

test('what is logged just before the process exits is written all the same', async () => {
  const module = new URL('../../../src/platform/logger.ts', import.meta.url)
  const program = `const { createLogger } = await import('${module}')
    const log = createLogger('info')
    log.info('first')
    log.info('last')
    process.exit(0)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  const lines = stdout.trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['first', 'last'],
  )
})
