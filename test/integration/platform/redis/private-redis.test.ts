import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../../src/platform/redis/redis.ts'
import { type PrivateRedis, startPrivateRedis } from '../../../support/redis.ts'
import { wantSpares } from '../../../support/spare-redis.ts'

// As in all processes that files share; alone, this one is in none.
wantSpares(true)

const left: (() => void)[] = []

/** What tests do with a Redis of their own: the server is as new once its data are gone. */
const HARMLESS = {
  'writes keys': (redis: Redis) => redis.set('key', 'value'),
  'writes keys of another database': (redis: Redis) => redis.multi().select(3).set('key', 'value').exec(),
  'loads a script': (redis: Redis) => redis.script('LOAD', 'return 1'),
}
/** And what would be found by the next one that has the server. */
const LASTING = {
  'changes a setting': (redis: Redis) => redis.config('SET', 'maxmemory', '1'),
  'makes a user': (redis: Redis) => redis.call('ACL', 'SETUSER', 'someone', 'on'),
  'leaves a file': (_: Redis, { dir }: PrivateRedis) => writeFile(join(dir, 'dump.rdb'), ''),
  'leaves a connection': async (_: Redis, { url }: PrivateRedis) => {
    const connections = connectRedis(url, silentLogger())
    left.push(() => connections.close())
    await connections.commands('left')
  },
  'pauses it': async (_: Redis, server: PrivateRedis) => {
    server.pause()
    server.resume()
  },
  'kills it': (_: Redis, server: PrivateRedis) => server.kill(),
  'kills it and starts it again with a setting': async (_: Redis, server: PrivateRedis) => {
    await server.kill()
    await server.start(['--maxmemory', '1000000'])
  },
}

/** Lends a private Redis for a time, and gives it back as a test does at its end. Returns where it was. */
async function withPrivateRedis(
  use: (redis: Redis, server: PrivateRedis) => Promise<unknown>,
): Promise<string> {
  const cleanups: (() => Promise<void> | void)[] = []
  const server = await startPrivateRedis({ after: (clean) => void cleanups.push(clean) })
  const connections = connectRedis(server.url, silentLogger())
  await use(await connections.commands('own'), server)
  connections.close()
  for (const clean of cleanups) await clean()
  return server.dir
}

async function isAsNew(redis: Redis): Promise<void> {
  const info = await redis.info()
  const numberOf = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
  assert.doesNotMatch(info, /^db\d+:/m)
  assert.deepEqual([numberOf('number_of_cached_scripts'), numberOf('connected_clients')], [0, 1])
  assert.deepEqual(await redis.config('GET', 'maxmemory'), ['maxmemory', '0'])
  assert.equal(((await redis.call('ACL', 'LIST')) as string[]).length, 1)
}

test('a test’s own Redis is as new, whatever an earlier test of the process has done to its own', async (t) => {
  t.after(() => {
    for (const close of left) close()
  })
  for (const [what, use] of Object.entries({ ...HARMLESS, ...LASTING })) {
    const used = await withPrivateRedis(use)
    const next = await withPrivateRedis(isAsNew)
    assert.equal(next === used, what in HARMLESS, what)
  }
})

test('servers that are used beside each other are all lent again, each of which lists its settings in an order of its own', async () => {
  const atOnce = async () => {
    const dirs = [withPrivateRedis(HARMLESS['writes keys']), withPrivateRedis(HARMLESS['loads a script'])]
    return new Set(await Promise.all(dirs))
  }
  const used = await atOnce()
  assert.equal(used.size, 2)
  assert.deepEqual(await atOnce(), used)
})
