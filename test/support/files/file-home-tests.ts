import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createFileHome, type FileHomeOptions } from '../../../src/files/file-home.ts'
import { createFileHomeStore } from '../../../src/files/file-home-store.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../src/platform/redis/redis.ts'
import { allKeys } from '../all-keys.ts'
import { startPrivateRedis } from '../redis.ts'
import { until } from '../system.ts'
import type { MakePlaces } from './places.ts'

const refused = (error: unknown) => error instanceof ApiError && error.reason === 'FILES_UNAVAILABLE'

/** A Redis without data, and a way to make what processes with a folder have. */
async function begin(t: TestContext, makePlaces: MakePlaces) {
  const places = await makePlaces(t)
  const { url } = await startPrivateRedis(t)
  const connections = connectRedis(url, silentLogger())
  t.after(() => connections.close())
  const redis: Redis = await connections.commands('test')
  const store = createFileHomeStore(redis)
  const home = (name: string, options: Partial<FileHomeOptions> = {}) =>
    createFileHome({ store, storage: places.open(name), shards: 1, rememberMs: 3_600_000, ...options })
  return { redis, places, home }
}

const RUNS = [newRunId(0), newRunId(0)]

/** What is guaranteed of where files are and the Redis of their runs, wherever that is. */
export function testFileHome(makePlaces: MakePlaces): void {
  test('that are both new belong together, for every process that has both', async (t) => {
    const { home } = await begin(t, makePlaces)
    await home('files').verify()
    assert.deepEqual(await home('files').removable(RUNS), [], 'nothing was ever put there')
    await Promise.all(Array.from({ length: 10 }, () => home('files').claim()))
    await home('files').verify()
    await home('files').claim()
    assert.deepEqual(await home('files').removable(RUNS), RUNS)
    assert.equal(await home('files').isForeign(), false)
  })

  test('an old Redis with a new folder: one that is not mounted; nothing is put there, or looked for, or made', async (t) => {
    const { home, places } = await begin(t, makePlaces)
    await home('files').claim()
    await assert.rejects(home('other').claim(), refused)
    await assert.rejects(home('other').verify(), refused)
    assert.deepEqual(await home('other').removable(RUNS), [])
    assert.deepEqual(await places.all('other'), [])
    // The folder of another installation is no better.
    const another = await begin(t, async () => places)
    await another.home('foreign').claim()
    await assert.rejects(home('foreign').claim(), refused)
    assert.deepEqual(await home('foreign').removable(RUNS), [])
    // Mounted, it is the right one again.
    await places.move('files', 'other')
    await home('other').claim()
    assert.deepEqual(await home('other').removable(RUNS), RUNS)
  })

  test('an old folder with a new Redis: what comes is stored, and nothing is removed until a person has said so', async (t) => {
    const { home, redis } = await begin(t, makePlaces)
    await home('files').claim()
    await redis.flushall()
    assert.equal(await home('files').isForeign(), true)
    assert.deepEqual(await home('files').removable(RUNS), [], 'before the first upload')
    await home('files').claim()
    await home('files').verify()
    assert.equal(await home('files').isForeign(), true)
    assert.deepEqual(await home('files').removable(RUNS), [], 'and after it')
    await home('files').adopt()
    assert.equal(await home('files').isForeign(), false)
    assert.deepEqual(await home('files').removable(RUNS), RUNS)
  })

  test('a folder without a marker that has files of runs is nobody’s until a person has said so', async (t) => {
    const { home, places } = await begin(t, makePlaces)
    const run = newRunId(0)
    await places.open('files').files.put(run, `${newId()}.png`, Buffer.from('x'))
    assert.equal(await home('files').isForeign(), true)
    await home('files').claim()
    assert.deepEqual(await home('files').removable(RUNS), [])
    assert.equal(await home('files').isForeign(), true)
    await home('files').adopt()
    assert.deepEqual(await home('files').removable(RUNS), RUNS)
  })

  test('a shard that lost its data loses no files, and those of the others are removed', async (t) => {
    const { home, redis } = await begin(t, makePlaces)
    const runs = [0, 1, 2].map(newRunId)
    const four = () => home('files', { shards: 3 })
    await four().claim()
    assert.deepEqual(await four().removable(runs), runs)
    const [lost] = (await allKeys(redis, '*installation')).filter((key) => key.startsWith('{s1'))
    await redis.del(lost ?? assert.fail('the shard has no id'))
    for (const claim of [async () => {}, () => four().claim()]) {
      await claim()
      assert.deepEqual(await four().removable(runs), [runs[0], runs[2]])
      assert.equal(await four().isForeign(), true)
    }
  })

  test('more shards than before are known from the next upload on', async (t) => {
    const { home } = await begin(t, makePlaces)
    const runs = [0, 1].map(newRunId)
    await home('files').claim()
    assert.deepEqual(await home('files', { shards: 2 }).removable(runs), [runs[0]])
    await home('files', { shards: 2 }).claim()
    assert.deepEqual(await home('files', { shards: 2 }).removable(runs), runs)
  })

  test('a marker that cannot be read is in the way of everything', async (t) => {
    const { home, places } = await begin(t, makePlaces)
    for (const text of ['', '{', '{"folder": 7}', 'null']) {
      await places.plant('files', 'installation.json', text)
      await assert.rejects(home('files').claim(), refused, text)
      await assert.rejects(home('files').removable(RUNS))
    }
  })

  test('a folder is forgotten when no run can have files in it any more', async (t) => {
    const { home } = await begin(t, makePlaces)
    await home('files', { rememberMs: 100 }).claim()
    await until(async () =>
      home('other')
        .claim()
        .then(() => true)
        .catch(() => false),
    )
    await assert.rejects(home('files').claim(), refused)
  })
}
