import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { ApiError } from '../../../src/platform/errors.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { startFlippingProxy } from '../../support/files/flipping-proxy.ts'
import { newPrefix, openAt, openObjects, targetOf } from '../../support/files/object-storage.ts'
import { useS3rver } from '../../support/files/s3rver.ts'
import { until } from '../../support/system.ts'

const NAME = `${newId()}.png`
const DATA = Buffer.alloc(300_000, 'x')
const READER = 'a project'

const isReason = (reason: string) => (error: unknown) => error instanceof ApiError && error.reason === reason
/** FILES_UNAVAILABLE, whose cause says so in the log. */
const unavailable = (words: RegExp) => (error: unknown) =>
  isReason('FILES_UNAVAILABLE')(error) && words.test(String((error as Error).cause))

describe('object storage', () => {
  const server = useS3rver()

  describe('a byte that is changed on the way', () => {
    async function begin(t: TestContext) {
      const prefix = `${newPrefix()}/`
      const proxy = await startFlippingProxy(t, server().url)
      const { files } = openAt(t, targetOf(server(), prefix, { endpoint: new URL(proxy.url) }))
      const run = newRunId(0)
      await files.put(run, NAME, DATA)
      return { files, run, proxy, prefix }
    }

    test('once, is found, and the file read again', async (t) => {
      const { files, run, proxy } = await begin(t)
      proxy.flip(2)
      assert.deepEqual(await files.read(run, NAME), DATA)
    })

    test('each time, is found, and no more is tried', async (t) => {
      const { files, run, proxy } = await begin(t)
      proxy.flip(Number.POSITIVE_INFINITY)
      await assert.rejects(files.read(run, NAME), isReason('FILE_DAMAGED'))
      proxy.flip(0)
      assert.deepEqual(await files.read(run, NAME), DATA)
    })

    test('of a stream, or of a part that does not have it, ends the stream before its last byte', async (t) => {
      const { files, run, proxy } = await begin(t)
      for (const range of [null, { start: 200_000, end: 200_010 }]) {
        proxy.flip(1)
        const opened = await files.open(run, NAME, READER, range)
        await assert.rejects(buffer(opened?.stream ?? assert.fail()), isReason('FILE_DAMAGED'))
      }
    })

    test('in the storage, is found; and so is what has no checksum', async (t) => {
      const { files, run, prefix } = await begin(t)
      const objects = openObjects(t, targetOf(server(), prefix))
      const key = `${run.slice(32, 34)}/${run}/${NAME}`
      const { headers } = (await objects.get(key)) ?? assert.fail()
      const checksum = { 'x-amz-meta-sha256': String(headers['x-amz-meta-sha256']) }
      await objects.put(key, Buffer.from('something else'), checksum)
      await assert.rejects(files.read(run, NAME), isReason('FILE_DAMAGED'))
      await objects.put(key, DATA, {})
      await assert.rejects(files.read(run, NAME), isReason('FILE_DAMAGED'))
      await assert.rejects(files.open(run, NAME, READER), isReason('FILE_DAMAGED'))
    })
  })

  describe('object storage that cannot be used says why', () => {
    const wrong: [name: string, changes: Parameters<typeof targetOf>[2], words: RegExp][] = [
      ['an unknown key', { accessKeyId: 'nobody' }, /AWS_ACCESS_KEY_ID/],
      ['a wrong secret', { secretAccessKey: 'wrong' }, /AWS_SECRET_ACCESS_KEY/],
      ['a bucket that is not there', { bucket: 'elsewhere' }, /there is no bucket elsewhere/],
      ['nobody listens', { endpoint: new URL('http://127.0.0.1:9') }, /cannot be reached/],
      ['no such host', { endpoint: new URL('http://nowhere.invalid') }, /cannot be reached/],
    ]
    for (const [name, changes, words] of wrong) {
      test(`${name}: in every call`, async (t) => {
        const storage = openAt(t, targetOf(server(), `${newPrefix()}/`, changes))
        const run = newRunId(0)
        await assert.rejects(storage.probe(), unavailable(words))
        await assert.rejects(storage.marker.read(), unavailable(words))
        await assert.rejects(storage.files.put(run, NAME, DATA), unavailable(words))
        await assert.rejects(storage.files.read(run, NAME), unavailable(words))
        await assert.rejects(storage.files.open(run, NAME, READER), unavailable(words))
        await assert.rejects(storage.files.removeRun(run), unavailable(words))
        await assert.rejects(Array.fromAsync(storage.files.runs(0)), unavailable(words))
        await assert.rejects(Array.fromAsync(storage.files.list(0)), unavailable(words))
        // HEAD of an object in a bucket that is not there says only that it is not there.
        if (changes?.bucket === undefined)
          await assert.rejects(storage.files.size(run, NAME), unavailable(words))
      })
    }
  })

  describe('readers of files that read nothing', () => {
    test('are in the way of other readers only, for as long as one may wait', async (t) => {
      const target = targetOf(server(), `${newPrefix()}/`)
      const { files } = openAt(t, target, { connections: 1, timeoutMs: 4000, attempts: 1 })
      const run = newRunId(0)
      await files.put(run, NAME, Buffer.alloc(20_000_000))
      const idle = (await files.open(run, NAME, READER)) ?? assert.fail()
      await files.put(run, `${newId()}.txt`, DATA)
      assert.equal(await files.size(run, NAME), 20_000_000)
      await assert.rejects(files.open(run, NAME, READER), unavailable(/SPLITRUN_S3_CONNECTIONS/))
      assert.deepEqual(
        await files.read(run, NAME),
        Buffer.alloc(20_000_000),
        'the storage is not taken to be away',
      )
      idle.stream.on('error', () => {}).destroy()
      const next = await files.open(run, NAME, READER)
      assert.equal(next && (await buffer(next.stream)).length, 20_000_000)
    })

    test('are in the way of their own project only, which has a part of the connections', async (t) => {
      const target = targetOf(server(), `${newPrefix()}/`)
      const options = { connections: 4, connectionsOfReader: 3, timeoutMs: 4000 }
      const { files } = openAt(t, target, options)
      const run = newRunId(0)
      await files.put(run, NAME, Buffer.alloc(20_000_000))
      const idle = await Promise.all([1, 2, 3].map(() => files.open(run, NAME, READER)))
      await assert.rejects(files.open(run, NAME, READER), isReason('TOO_MANY_REQUESTS'))
      const other = await files.open(run, NAME, 'another project')
      assert.equal(other && (await buffer(other.stream)).length, 20_000_000)
      const waits = files.open(run, NAME, READER)
      idle[0]?.stream.on('error', () => {}).destroy()
      const opened = await waits
      assert.equal(opened && (await buffer(opened.stream)).length, 20_000_000)
      for (const each of idle) each?.stream.on('error', () => {}).destroy()
    })
  })

  describe('a list of objects', () => {
    test('is read page after page, and a run whose objects are on two pages is one run', async (t) => {
      const { files } = openAt(t, targetOf(server(), `${newPrefix()}/`), { page: 3 })
      const runs = Array.from({ length: 5 }, () => newRunId(0).replace(/..(..)$/, '00$1'))
      for (const run of runs)
        for (let n = 0; n < 4; n += 1) await files.put(run, `${newId()}.txt`, Buffer.from('x'))
      assert.deepEqual((await Array.fromAsync(files.runs(0), ({ run }) => run)).sort(), runs.sort())
      assert.equal((await Array.fromAsync(files.list(0))).length, 20)
    })
  })

  // Last, since it kills the server.
  describe('object storage that goes away', () => {
    test('is tried by one call at a time, while all others fail at once; and is used when it is back', async (t) => {
      const { files } = openAt(t, targetOf(server(), `${newPrefix()}/`), { timeoutMs: 2000, attempts: 2 })
      const run = newRunId(0)
      await files.put(run, NAME, DATA)
      server().freeze()
      t.after(() => server().thaw())
      await assert.rejects(files.read(run, NAME), unavailable(/no answer within 2000 ms/))
      // Whichever comes first is the one that tries; the others fail with what the last one met, and so before it.
      const met: unknown[] = []
      const read = () => files.read(run, NAME).catch((error: Error) => met.push(error.cause))
      await Promise.all(Array.from({ length: 20 }, read))
      assert.deepEqual(
        met.map((cause) => cause === met[0]),
        Array.from({ length: 20 }, (_, at) => at < 19),
      )
      server().thaw()
      await until(() =>
        files.read(run, NAME).then(
          (data) => data?.equals(DATA) ?? false,
          () => false,
        ),
      )
      await server().kill()
      await assert.rejects(files.put(run, NAME, DATA), unavailable(/cannot be reached/))
      await server().start()
      await until(() =>
        files.put(run, NAME, DATA).then(
          () => true,
          () => false,
        ),
      )
    })
  })
})
