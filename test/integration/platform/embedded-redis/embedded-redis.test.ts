import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findEmbeddedRedis } from '../../../../src/platform/embedded-redis/embedded-redis.ts'
import {
  isRunning,
  type ProcessIdentity,
  waitUntilGone,
} from '../../../../src/platform/embedded-redis/process-identity.ts'
import { hold, identityOf, makeDataDir, openRedis, withCommands } from '../../../support/embedded-redis.ts'

test('what was written before a close is there after the next start', async (t) => {
  const dataDir = await makeDataDir(t)
  const first = await openRedis(dataDir)
  assert.equal(first.owned, true)
  const firstServer = await identityOf(first.pid)
  await withCommands(first.socketPath, (redis) => redis.set('kept', 'yes'))
  await first.close()
  assert.equal(await isRunning(firstServer), false, 'close returned before the server was gone')

  const second = await openRedis(dataDir)
  assert.equal(await withCommands(second.socketPath, (redis) => redis.get('kept')), 'yes')
  assert.notEqual(second.pid, first.pid)
  await second.close()
  await second.close()
})

test('it never evicts, appends to disk, and listens on nothing but a socket that only its user can open', async (t) => {
  const redis = await openRedis(await makeDataDir(t))
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
  const inside = () => openRedis(dataDir)
  const opened = await Promise.all([hold(dataDir), inside(), hold(dataDir), inside()])
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
  const owner = await openRedis(dataDir)
  const guest = await openRedis(dataDir)
  await guest.close()
  assert.equal(await withCommands(owner.socketPath, (redis) => redis.ping()), 'PONG')
  await owner.close()
})

test('a server is found while it runs, and none is started to find one', async (t) => {
  const dataDir = await makeDataDir(t)
  assert.equal(await findEmbeddedRedis(dataDir), null)
  const redis = await openRedis(dataDir)
  assert.equal(await findEmbeddedRedis(dataDir), redis.socketPath)
  await redis.close()
  assert.equal(await findEmbeddedRedis(dataDir), null)
})

test('Ctrl-C leaves the server to its owner, who can still use it and then stops it', async (t) => {
  const dataDir = await makeDataDir(t)
  const { holder, pid } = await hold(dataDir)
  const server = await identityOf(pid)
  process.kill(-Number(holder.pid), 'SIGINT')
  const [code] = await once(holder, 'exit')
  assert.equal(code, 0)
  assert.equal(await isRunning(server), false)

  const next = await openRedis(dataDir)
  assert.equal(
    await withCommands(next.socketPath, (redis) => redis.get('last-words')),
    'written while stopping',
  )
  await next.close()
})

test('after kill -9 of its owner the server stays, and the next start takes it over and stops it', async (t) => {
  const dataDir = await makeDataDir(t)
  const { holder, pid, socketPath } = await hold(dataDir)
  const server = await identityOf(pid)
  await withCommands(socketPath, (redis) => redis.set('kept', 'yes'))
  const owner = await identityOf(Number(holder.pid))
  holder.kill('SIGKILL')
  await waitUntilGone(owner, 10_000)

  const next = await openRedis(dataDir)
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
  const redis = await openRedis(dataDir)
  assert.equal(redis.owned, true)
  assert.deepEqual(await locksIn(dataDir), [])
  await redis.close()
})

test('a copy of a data folder in use gets a server of its own', async (t) => {
  const dataDir = await makeDataDir(t)
  const original = await openRedis(dataDir)
  const copy = await makeDataDir(t)
  await mkdir(join(copy, 'redis'))
  await copyFile(join(dataDir, 'redis/server.json'), join(copy, 'redis/server.json'))
  const own = await openRedis(copy)
  assert.notEqual(own.pid, original.pid)
  await own.close()
  await original.close()
})

test('a data folder whose path is too long for a socket gets a private short one', async (t) => {
  const dataDir = await makeDataDir(t, `${'long '.repeat(15)}/${'longer-'.repeat(10)}`)
  const redis = await openRedis(dataDir)
  t.after(() => rm(dirname(redis.socketPath), { recursive: true }))
  assert.ok(redis.socketPath.length < 100 && !redis.socketPath.startsWith(dataDir))
  const again = await openRedis(dataDir)
  assert.equal(again.pid, redis.pid)
  await redis.close()
})

test('a server that cannot load its data fails the start with its last words and leaves no process', async (t) => {
  const dataDir = await makeDataDir(t)
  const folder = join(dataDir, 'redis/appendonlydir')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'appendonly.aof.manifest'), 'not a manifest\n')
  await assert.rejects(openRedis(dataDir), /exited at its start:.*manifest/s)
  const record = JSON.parse(await readFile(join(dataDir, 'redis/server.json'), 'utf8')) as ProcessIdentity
  assert.equal(await isRunning(record), false)
  assert.deepEqual(await locksIn(dataDir), [])
})

async function locksIn(dataDir: string): Promise<string[]> {
  return (await readdir(join(dataDir, 'redis'))).filter((name) => name.startsWith('opening.'))
}
