import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import {
  type EmbeddedRedis,
  findEmbeddedRedis,
  openEmbeddedRedis,
} from '../../../../src/platform/embedded-redis/embedded-redis.ts'
import {
  identifyProcess,
  isRunning,
  type ProcessIdentity,
  stopProcess,
  waitUntilGone,
} from '../../../../src/platform/embedded-redis/process-identity.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import { lendRedisProgram } from '../../../support/redis.ts'

const log = silentLogger()
const HOLDER = join(import.meta.dirname, '../../../fixtures/embedded-redis-holder.ts')

/** A data folder that knows the server program; whatever runs on it at the end of the test is stopped. */
async function makeDataDir(t: TestContext, inner = ''): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const dataDir = join(root, inner)
  await mkdir(dataDir, { recursive: true })
  await lendRedisProgram(dataDir)
  t.after(async () => {
    const record = await readFile(join(dataDir, 'redis/server.json'), 'utf8').catch(() => null)
    if (record) await stopProcess(JSON.parse(record) as ProcessIdentity, 0)
    await rm(root, { recursive: true, force: true })
  })
  return dataDir
}

async function withCommands<T>(socketPath: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const connections = connectRedis(socketPath, log)
  try {
    return await use(await connections.commands('test'))
  } finally {
    connections.close()
  }
}

/** Another process that opens the same folder, in a process group of its own like a terminal's. */
async function hold(t: TestContext, dataDir: string): Promise<EmbeddedRedis & { holder: ChildProcess }> {
  const holder = spawn(process.execPath, [HOLDER, dataDir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => holder.kill('SIGKILL'))
  const [line] = await once(createInterface(holder.stdout), 'line')
  return { ...JSON.parse(line as string), holder }
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  const identity = await identifyProcess(pid)
  assert.ok(identity, `process ${pid} runs`)
  return identity
}

test('what was written before a close is there after the next start', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await openEmbeddedRedis({ dataDir, log })
  assert.equal(first.owned, true)
  const firstServer = await identityOf(first.pid)
  await withCommands(first.socketPath, (redis) => redis.set('kept', 'yes'))
  await first.close()
  assert.equal(await isRunning(firstServer), false, 'close returned before the server was gone')

  const second = await openEmbeddedRedis({ dataDir, log })
  assert.equal(await withCommands(second.socketPath, (redis) => redis.get('kept')), 'yes')
  assert.notEqual(second.pid, first.pid)
  await second.close()
  await second.close()
})

test('it never evicts, appends to disk, and listens on nothing but a socket that only its user can open', async (t) => {
  const redis = await openEmbeddedRedis({ dataDir: await makeDataDir(t), log })
  const settings = await withCommands(redis.socketPath, async (commands) =>
    Promise.all(
      ['maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'port', 'unixsocketperm'].map(
        async (name) => ((await commands.config('GET', name)) as string[])[1],
      ),
    ),
  )
  assert.deepEqual(settings, ['noeviction', 'yes', 'everysec', '', '0', '700'])
  await redis.close()
})

test('starts at the same moment, in one process and in several, share one server with one owner', async (t) => {
  const dataDir = await makeDataDir(t)
  const inside = () => openEmbeddedRedis({ dataDir, log })
  const opened = await Promise.all([hold(t, dataDir), inside(), hold(t, dataDir), inside()])
  assert.equal(new Set(opened.map(({ pid }) => pid)).size, 1)
  assert.equal(opened.filter(({ owned }) => owned).length, 1)
  assert.deepEqual(
    opened.map(({ source }) => source === 'shared'),
    opened.map(({ owned }) => !owned),
  )
  assert.deepEqual(await locksIn(dataDir), [])
})

test('a process that shares the server does not stop it when it closes', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = await openEmbeddedRedis({ dataDir, log })
  const guest = await openEmbeddedRedis({ dataDir, log })
  await guest.close()
  assert.equal(await withCommands(owner.socketPath, (redis) => redis.ping()), 'PONG')
  await owner.close()
})

test('a server is found while it runs, and none is started to find one', async (t) => {
  const dataDir = await makeDataDir(t)
  assert.equal(await findEmbeddedRedis(dataDir), null)
  const redis = await openEmbeddedRedis({ dataDir, log })
  assert.equal(await findEmbeddedRedis(dataDir), redis.socketPath)
  await redis.close()
  assert.equal(await findEmbeddedRedis(dataDir), null)
})

test('Ctrl-C leaves the server to its owner, who can still use it and then stops it', async (t) => {
  const dataDir = await makeDataDir(t)
  const { holder, pid } = await hold(t, dataDir)
  const server = await identityOf(pid)
  process.kill(-Number(holder.pid), 'SIGINT')
  const [code] = await once(holder, 'exit')
  assert.equal(code, 0)
  assert.equal(await isRunning(server), false)

  const next = await openEmbeddedRedis({ dataDir, log })
  assert.equal(
    await withCommands(next.socketPath, (redis) => redis.get('last-words')),
    'written while stopping',
  )
  await next.close()
})

test('after kill -9 of its owner the server stays, and the next start takes it over and stops it', async (t) => {
  const dataDir = await makeDataDir(t)
  const { holder, pid, socketPath } = await hold(t, dataDir)
  const server = await identityOf(pid)
  await withCommands(socketPath, (redis) => redis.set('kept', 'yes'))
  const owner = await identityOf(Number(holder.pid))
  holder.kill('SIGKILL')
  await waitUntilGone(owner, 10_000)

  const next = await openEmbeddedRedis({ dataDir, log })
  assert.deepEqual([next.pid, next.owned, next.source], [pid, true, 'shared'])
  assert.equal(await withCommands(next.socketPath, (redis) => redis.get('kept')), 'yes')
  await next.close()
  assert.equal(await isRunning(server), false)
})

test('a lock left by a process that died, or whose pid another one has now, holds nobody up', async (t) => {
  const dataDir = await makeDataDir(t)
  await mkdir(join(dataDir, 'redis'))
  const { started } = await identityOf(process.pid)
  for (const holder of [`4194304.1`, `${process.pid}.${started - 1}`]) {
    await writeFile(join(dataDir, 'redis', `opening.${holder}.0123abcd`), '')
  }
  const redis = await openEmbeddedRedis({ dataDir, log })
  assert.equal(redis.owned, true)
  assert.deepEqual(await locksIn(dataDir), [])
  await redis.close()
})

test('a copy of a data folder in use gets a server of its own', async (t) => {
  const dataDir = await makeDataDir(t)
  const original = await openEmbeddedRedis({ dataDir, log })
  const copy = await makeDataDir(t)
  await mkdir(join(copy, 'redis'))
  await copyFile(join(dataDir, 'redis/server.json'), join(copy, 'redis/server.json'))
  const own = await openEmbeddedRedis({ dataDir: copy, log })
  assert.notEqual(own.pid, original.pid)
  await own.close()
  await original.close()
})

test('a data folder whose path is too long for a socket gets a private short one', async (t) => {
  const dataDir = await makeDataDir(t, `${'long '.repeat(15)}/${'longer-'.repeat(10)}`)
  const redis = await openEmbeddedRedis({ dataDir, log })
  t.after(() => rm(dirname(redis.socketPath), { recursive: true }))
  assert.ok(redis.socketPath.length < 100 && !redis.socketPath.startsWith(dataDir))
  const again = await openEmbeddedRedis({ dataDir, log })
  assert.equal(again.pid, redis.pid)
  await redis.close()
})

test('a server that cannot load its data fails the start with its last words and leaves no process', async (t) => {
  const dataDir = await makeDataDir(t)
  const folder = join(dataDir, 'redis/appendonlydir')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'appendonly.aof.manifest'), 'not a manifest\n')
  await assert.rejects(openEmbeddedRedis({ dataDir, log }), /exited at its start:.*manifest/s)
  const record = JSON.parse(await readFile(join(dataDir, 'redis/server.json'), 'utf8')) as ProcessIdentity
  assert.equal(await isRunning(record), false)
  assert.deepEqual(await locksIn(dataDir), [])
})

async function locksIn(dataDir: string): Promise<string[]> {
  return (await readdir(join(dataDir, 'redis'))).filter((name) => name.startsWith('opening.'))
}
