import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { TRIED_COMMANDS } from '../../../../src/platform/redis/check-redis.ts'
import { connectRedis } from '../../../../src/platform/redis/redis.ts'
import { runHere, startCommand } from '../../../support/command-line.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { startPrivateRedis } from '../../../support/redis.ts'
import { type Cleanup, startSystem } from '../../../support/system.ts'

const ROOT = join(import.meta.dirname, '../../../..')

/** A Redis with a user `splitrun` of these rules; resolves with a URL for that user. */
async function withUser(t: Cleanup, rules: readonly string[]): Promise<string> {
  const [port] = await freePorts(1)
  const redis = await startPrivateRedis(t, { args: ['--port', String(port), '--bind', '127.0.0.1'] })
  const connections = connectRedis(redis.url, silentLogger())
  const admin = await connections.commands('admin')
  await admin.call('ACL', 'SETUSER', 'splitrun', 'on', '>secret', ...rules)
  connections.close()
  return `redis://splitrun:secret@127.0.0.1:${port}`
}

/** The rules that the guide gives. */
function documentedRules(): string[] {
  const guide = readFileSync(join(ROOT, 'docs/guides/operations.md'), 'utf8')
  const line = /ACL SETUSER splitrun on '>secret' (.*)/.exec(guide)?.[1] ?? ''
  return line.split(' ').map((rule) => rule.replaceAll("'", ''))
}

test('a whole run works with the rights that the guide names', async (t) => {
  const { call, createTask } = await startSystem(t, { redisUrl: (last) => withUser(last, documentedRules()) })
  const answer = await call('POST', `/task/${await createTask()}/run`, { task_input: { text: 'tea' } })
  assert.deepEqual([answer.status, answer.body.status], [200, 'succeeded'])
})

for (const [name, rules, missing] of [
  ['INFO', ['~*', '&*', '+@all', '-@dangerous'], /lacks rights: INFO\b/],
  ['some commands', ['~*', '&*', '+@all', '-zadd', '-xadd'], /lacks rights: ZADD, XADD\b/],
  ['scripts', ['~*', '&*', '+@all', '-eval'], /lacks rights: EVAL\b/],
  ['channels', ['~*', 'resetchannels', '+@all'], /lacks rights: .*SUBSCRIBE\b/],
  ['keys', ['~other:*', '&*', '+@all'], /lacks rights: /],
] as const) {
  test(`without a right to ${name}, API and worker end with a reason, before they do anything`, async (t) => {
    const REDIS_URL = await withUser(t, rules)
    for (const command of ['api', 'worker']) {
      const { code, stdout, stderr } = await runHere([command], { env: { REDIS_URL, PORT: '0' } })
      assert.equal(code, 3, stdout + stderr)
      assert.match(stdout + stderr, missing)
      assert.doesNotMatch(stdout + stderr, /\n\s+at /)
      assert.ok(stdout.length + stderr.length < 5000, 'it is said once')
    }
  })
}

test('all commands that our scripts use are tried', () => {
  const used = new Set<string>()
  for (const folder of ['src', dirname(fileURLToPath(import.meta.resolve('bullmq')))]) {
    const at = join(ROOT, folder)
    for (const name of readdirSync(folder === 'src' ? at : folder, { recursive: true }) as string[]) {
      if (!/\.lua$|scripts[/\\].*\.js$/.test(name)) continue
      const text = readFileSync(join(folder === 'src' ? at : folder, name), 'utf8')
      for (const [, command = ''] of text.matchAll(/\b(?:rcall|call|redis\.call)\(\s*['"]([A-Za-z]+)['"]/g)) {
        used.add(command.toUpperCase())
      }
    }
  }
  assert.ok(used.size > 30)
  assert.deepEqual(
    [...used].filter((command) => !TRIED_COMMANDS.includes(command)),
    [],
  )
})

test('a Redis that evicts, and one without an append-only file, are warned of', async (t) => {
  const redis = await startPrivateRedis(t, { args: ['--maxmemory-policy', 'allkeys-lru'] })
  const api = startCommand(['api'], { env: { REDIS_URL: redis.url, PORT: '0' } })
  await api.listening
  // The log is written a little later than said.
  await api.wrote(/"maxmemory_policy":"allkeys-lru"/)
  await api.wrote(/"aof_enabled":false/)
  await api.stop()
})

test('a replica is refused in one line', async (t) => {
  const replica = await startPrivateRedis(t, { args: ['--replicaof', '127.0.0.1', '1'] })
  for (const command of ['api', 'worker']) {
    const env = { REDIS_URL: replica.url, PORT: '0', SPLITRUN_REDIS_PATIENCE: '200ms' }
    const { code, stdout, stderr } = await runHere([command], { env })
    assert.equal(code, 3, stdout + stderr)
    assert.match(stdout + stderr, /could not be used within 0\.2 s: READONLY it is a replica/)
    assert.doesNotMatch(stdout + stderr, /\n\s+at /)
  }
})
