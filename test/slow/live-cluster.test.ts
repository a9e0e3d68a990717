import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
/** Each system starts a cluster of its own: on a busy machine that alone takes a while. */
const PATIENTLY = { timeout: 300_000 }

test(
  'all that holds of live runs with one Redis holds on a cluster, over several shards',
  PATIENTLY,
  async (t) => {
    const files = await Array.fromAsync(glob('test/api/{live,openai-door}/*.test.ts', { cwd: ROOT }))
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const tests = spawn(
      process.execPath,
      // Where nodes stood still, ioredis may keep a connection that comes again for ever, and with it a process.
      ['--test', '--test-force-exit', '--test-timeout=120000', '--test-concurrency=2', ...files],
      {
        cwd: ROOT,
        env: { ...env, SPLITRUN_TEST_CLUSTER: '4' },
        stdio: ['ignore', 'pipe', 'inherit'],
        signal: t.signal,
      },
    )
    // An end of this test that comes before the end of the process would end it by its signal.
    const [output] = await Promise.all([text(tests.stdout), once(tests, 'exit')])
    assert.match(output, /pass [1-9]/)
    assert.match(output, /fail 0\n/, output)
  },
)
