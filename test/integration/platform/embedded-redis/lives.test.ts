import assert from 'node:assert/strict'
import { readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning, waitUntilGone } from '../../../../src/platform/embedded-redis/process-identity.ts'
import { hold, identityOf, makeDataDir, openRedis, withCommands } from '../../../support/embedded-redis.ts'
import { until } from '../../../support/system.ts'

/** As appended to the file by `transact`. */
const EXEC = '*1\r\n$4\r\nEXEC\r\n'.length
const SECOND_SET = '*3\r\n$3\r\nset\r\n$1\r\nc\r\n$1\r\n3\r\n'.length
const FIRST_SET = '*3\r\n$3\r\nset\r\n$1\r\nb\r\n$1\r\n2\r\n'.length

for (const [what, missing] of [
  ['within EXEC', EXEC - 3],
  ['before EXEC', EXEC],
  ['within the last command of the transaction', EXEC + 5],
  ['between two commands of the transaction', EXEC + SECOND_SET],
  ['right after MULTI', EXEC + SECOND_SET + FIRST_SET],
  ['within MULTI', EXEC + SECOND_SET + FIRST_SET + 4],
] as const) {
  test(`a file that ends ${what} loses that transaction as a whole, and nothing that is written later`, async (t) => {
    const dataDir = await makeDataDir(t)
    const first = await openRedis(dataDir)
    await withCommands(first.socketPath, async (redis) => {
      await redis.set('a', '1')
      await redis.multi().set('b', '2').set('c', '3').exec()
    })
    await first.close()
    const file = await newestFile(dataDir)
    await truncate(file, (await stat(file)).size - missing)

    const second = await openRedis(dataDir)
    await withCommands(second.socketPath, async (redis) => {
      assert.deepEqual(await redis.mget('a', 'b', 'c'), ['1', null, null])
      await redis.set('d', '4')
      await redis.multi().set('e', '5').set('f', '6').exec()
      await redis.set('g', '7')
      // While the disk takes its time, Redis may keep what it has acknowledged for two seconds before it writes it.
      await until(async () => /aof_buffer_length:0\r/.test(await redis.info('persistence')))
    })
    await killServer(second.pid)
    await second.close()

    const third = await openRedis(dataDir)
    const values = await withCommands(third.socketPath, (redis) => redis.mget(...'abcdefg'))
    assert.deepEqual(values, ['1', null, null, '4', '5', '6', '7'])
    await third.close()
  })
}

test('a killed server is started again at the same address with its data, until it is closed', async (t) => {
  const dataDir = await makeDataDir(t)
  const redis = await openRedis(dataDir)
  await withCommands(redis.socketPath, async (commands) => {
    for (const value of ['1', '2']) {
      const { pid } = redis
      await commands.set('kept', value)
      await until(async () => /aof_buffer_length:0\r/.test(await commands.info('persistence')))
      await killServer(pid)
      await until(() => redis.pid !== pid)
      await until(async () => (await commands.get('kept').catch(() => null)) === value)
    }
  })
  const last = await identityOf(redis.pid)
  assert.equal(redis.owned, true)
  await redis.close()
  assert.equal(await isRunning(last), false)
})

test('of several that have a killed server open, one starts it again, and all share it', async (t) => {
  const dataDir = await makeDataDir(t)
  const opened = [await openRedis(dataDir), await openRedis(dataDir), await openRedis(dataDir)]
  const dead = opened[0]?.pid ?? 0
  await killServer(dead)
  await until(() => opened.every(({ pid }) => pid !== dead))
  assert.equal(new Set(opened.map(({ pid }) => pid)).size, 1)
  assert.equal(opened.filter(({ owned }) => owned).length, 1)
})

test('when its owner closes, one that shares the server goes on with one of its own', async (t) => {
  const dataDir = await makeDataDir(t)
  const { holder, pid } = await hold(dataDir)
  const guest = await openRedis(dataDir)
  assert.equal(guest.owned, false)
  await withCommands(guest.socketPath, (redis) => redis.set('kept', 'yes'))
  holder.kill('SIGINT')
  await until(() => guest.pid !== pid)
  assert.equal(guest.owned, true)
  assert.equal(await withCommands(guest.socketPath, (redis) => redis.get('kept')), 'yes')
})

async function killServer(pid: number): Promise<void> {
  const server = await identityOf(pid)
  process.kill(pid, 'SIGKILL')
  await waitUntilGone(server, 10_000)
}

/** The file of commands that Redis appends to: the newest of its folder (since 7.0), or the only one. */
async function newestFile(dataDir: string): Promise<string> {
  const dir = join(dataDir, 'redis')
  const parts = await readdir(join(dir, 'appendonlydir')).catch(() => [])
  const newest = parts
    .filter((name) => name.endsWith('.incr.aof'))
    .sort()
    .at(-1)
  return newest ? join(dir, 'appendonlydir', newest) : join(dir, 'appendonly.aof')
}
