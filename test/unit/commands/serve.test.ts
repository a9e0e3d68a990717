import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import type { CommandContext } from '../../../src/commands/command-context.ts'
import { serve } from '../../../src/commands/serve.ts'
import { readConfig } from '../../../src/config.ts'
import { silentLogger } from '../../../src/platform/logger.ts'

const log = silentLogger()
const contextFor = (signal: AbortSignal): CommandContext => ({
  stdin: Readable.from([]),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  signal,
  readConfig: () => readConfig({}),
  createLog: () => log,
  report() {},
})

test('what was opened is closed in reverse order once the process is told to stop', async () => {
  const stopping = new AbortController()
  const closed: string[] = []
  const served = serve(contextFor(stopping.signal), log, 60, async (lifecycle) => {
    lifecycle.onClose('first', () => closed.push('first'))
    lifecycle.onClose('second', () => closed.push('second'))
  })
  stopping.abort('SIGTERM')
  await served
  assert.deepEqual(closed, ['second', 'first'])
})

test('a start that fails closes what it has opened, and the failure is told', async () => {
  const closed: string[] = []
  const served = serve(contextFor(new AbortController().signal), log, 60, async (lifecycle) => {
    lifecycle.onClose('first', () => closed.push('first'))
    throw new Error('no room')
  })
  await assert.rejects(served, /no room/)
  assert.deepEqual(closed, ['first'])
})

test('to be told to stop while it starts is no failure', async () => {
  const stopping = new AbortController()
  const served = serve(contextFor(stopping.signal), log, 60, async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    stopping.signal.addEventListener('abort', () => reject(new DOMException('told to stop', 'AbortError')))
    stopping.abort('SIGTERM')
    await promise
  })
  await served
})

test('a closer that hangs does not keep the process', async (t) => {
  // What hangs keeps Node running.
  const busy = setInterval(() => {}, 1000)
  t.after(() => clearInterval(busy))
  const served = serve(contextFor(AbortSignal.abort('SIGTERM')), log, 0.01, async (lifecycle) => {
    lifecycle.onClose('stuck', () => new Promise(() => {}))
  })
  await assert.rejects(served, { exitCode: 1, message: 'closing took longer than 0.01 s' })
})
