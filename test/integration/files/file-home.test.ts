import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { createFileHome, type FileHomeOptions } from '../../../src/files/file-home.ts'
import { createFileHomeStore } from '../../../src/files/file-home-store.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { newRunId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../src/platform/redis/redis.ts'
import { allKeys } from '../../support/all-keys.ts'
import { startPrivateRedis } from '../../support/redis.ts'
import { until } from '../../support/system.ts'

const refused = (error: unknown) => error instanceof ApiError && error.reason === 'FILES_UNAVAILABLE'

/** A Redis without data, and a way to make what processes with a folder have. */
async function begin(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  t.after(() => rm(root, { recursive: true }))
  const { url } = await startPrivateRedis(t)
  const connections = connectRedis(url, silentLogger())
  t.after(() => connections.close())
  const redis: Redis = await connections.commands('test')
  const store = createFileHomeStore(redis)
  const at = (name: string) => join(root, name)
  const home = (name: string, options: Partial<FileHomeOptions> = {}) =>
    createFileHome({ store, folder: at(name), shards: 1, rememberMs: 3_600_000, ...options })
  return { redis, at, home }
}

const RUNS = [newRunId(0), newRunId(0)]

describe('folder and Redis', () => {
  test('that are both new belong together, for every process that has both', async (t) => {
    const { home } = await begin(t)
    await home('files').verify()
    assert.deepEqual(await home('files').removable(RUNS), [], 'nothing was ever put there')
    await Promise.all(Array.from({ length: 10 }, () => home('files').claim()))
    await home('files').verify()
    await home('files').claim()
    assert.deepEqual(await home('files').removable(RUNS), RUNS)
    assert.equal(await home('files').isForeign(), false)
  })

  test('an old Redis with a new folder: one that is not mounted; nothing is put there, or looked for, or made', async (t) => {
    const { home, at } = await begin(t)
    await home('files').claim()
    for (const make of [async () => {}, () => mkdir(at('other'))]) {
      await make()
      await assert.rejects(home('other').claim(), refused)
      await assert.rejects(home('other').verify(), refused)
      assert.deepEqual(await home('other').removable(RUNS), [])
    }
    assert.deepEqual(await readdir(at('other')), [])
    // The folder of another installation is no better.
    const another = await begin(t)
    await another.home('files').claim()
    await rename(another.at('files'), at('foreign'))
    await assert.rejects(home('foreign').claim(), refused)
    assert.deepEqual(await home('foreign').removable(RUNS), [])
    // Mounted, it is the right one again.
    await rm(at('other'), { recursive: true })
    await rename(at('files'), at('other'))
    await home('other').claim()
    assert.deepEqual(await home('other').removable(RUNS), RUNS)
  })

  test('an old folder with a new Redis: what comes is stored, and nothing is removed until a person has said so', async (t) => {
    const { home, redis } = await begin(t)
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
    const { home, at } = await begin(t)
    await mkdir(join(at('files'), '3f', newRunId(0)), { recursive: true })
    assert.equal(await home('files').isForeign(), true)
    await home('files').claim()
    assert.deepEqual(await home('files').removable(RUNS), [])
    assert.equal(await home('files').isForeign(), true)
    await home('files').adopt()
    assert.deepEqual(await home('files').removable(RUNS), RUNS)
  })

  test('a shard that lost its data loses no files, and those of the others are removed', async (t) => {
    const { home, redis } = await begin(t)
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
    const { home } = await begin(t)
    const runs = [0, 1].map(newRunId)
    await home('files').claim()
    assert.deepEqual(await home('files', { shards: 2 }).removable(runs), [runs[0]])
    await home('files', { shards: 2 }).claim()
    assert.deepEqual(await home('files', { shards: 2 }).removable(runs), runs)
  })

  test('a marker that cannot be read is in the way of everything', async (t) => {
    const { home, at } = await begin(t)
    for (const text of ['', '{', '{"folder": 7}', 'null']) {
      await mkdir(at('files'), { recursive: true })
      await writeFile(join(at('files'), 'installation.json'), text)
      await assert.rejects(home('files').claim(), refused, text)
      await assert.rejects(home('files').removable(RUNS))
    }
  })

  test('a folder is forgotten when no run can have files in it any more', async (t) => {
    const { home } = await begin(t)
    await home('files', { rememberMs: 100 }).claim()
    await until(async () =>
      home('other')
        .claim()
        .then(() => true)
        .catch(() => false),
    )
    await assert.rejects(home('files').claim(), refused)
  })
})
