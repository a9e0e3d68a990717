import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type CopyFilesOptions, copyFiles } from '../../../src/files/copy-files.ts'
import type { FileStorage } from '../../../src/files/file-storage.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { placesIn, placesOnDisk } from '../../support/files/places.ts'
import { useS3rver } from '../../support/files/s3rver.ts'

const OPTIONS: CopyFilesOptions = { concurrency: 4, compare: false, signal: new AbortController().signal }
const MARKER = { folder: newId(), shards: { 0: newId() } }

describe('copying the files of runs', () => {
  const server = useS3rver()

  async function begin(t: TestContext) {
    const [disk, bucket] = [await placesOnDisk(t), await placesIn(server)(t)]
    const put = Array.from({ length: 30 }, (_, at) => ({
      ...{ run: newRunId(0), name: `${newId()}.png`, data: Buffer.alloc(at * 100, at) },
    }))
    const source = disk.open('files')
    for (const { run, name, data } of put) await source.files.put(run, name, data)
    await source.marker.create(MARKER)
    const holdsAll = async (storage: FileStorage) => {
      for (const { run, name, data } of put) assert.deepEqual(await storage.files.read(run, name), data)
    }
    return { disk, bucket, source, put, holdsAll, bytes: put.reduce((sum, { data }) => sum + data.length, 0) }
  }

  test('from a folder to a bucket, and back to another folder: all of them, for the same Redis', async (t) => {
    const { disk, bucket, source, holdsAll, bytes } = await begin(t)
    const counts = { copied: 30, bytes, present: 0, end: 'complete' }
    assert.deepEqual(await copyFiles(source, bucket.open('files'), OPTIONS), counts)
    assert.deepEqual(await copyFiles(bucket.open('files'), disk.open('back'), OPTIONS), counts)
    for (const storage of [bucket.open('files'), disk.open('back')]) {
      await holdsAll(storage)
      assert.deepEqual(await storage.marker.read(), MARKER)
    }
    assert.equal((await disk.all('back')).length, 31)
  })

  test('goes on where it was interrupted, and again for what came since', async (t) => {
    const { bucket, source, holdsAll } = await begin(t)
    const target = bucket.open('files')
    const stop = new AbortController()
    const first = await copyFiles(source, target, {
      ...{ ...OPTIONS, signal: stop.signal },
      onPart: (_done, { copied }) => {
        if (copied >= 10) stop.abort()
      },
    })
    assert.equal(first.end, 'not complete')
    assert.equal(await target.marker.read(), null, 'half a copy belongs to nobody')
    const second = await copyFiles(source, target, OPTIONS)
    assert.deepEqual([second.present, second.copied], [first.copied, 30 - first.copied])
    await holdsAll(target)
    await source.files.put(newRunId(0), `${newId()}.png`, Buffer.from('new'))
    const third = await copyFiles(source, target, OPTIONS)
    assert.deepEqual([third.present, third.copied, third.bytes], [30, 1, 3])
  })

  test('to the home of other files is refused, and nothing is written there', async (t) => {
    const { bucket, source } = await begin(t)
    const target = bucket.open('files')
    await target.marker.create({ folder: newId(), shards: {} })
    await assert.rejects(copyFiles(source, target, OPTIONS), { name: 'CopyRefused' })
    assert.deepEqual(await bucket.all('files'), ['installation.json'])
  })

  test('compares by bytes where it is asked to', async (t) => {
    const { disk, source, put, holdsAll } = await begin(t)
    const target = disk.open('copy')
    await copyFiles(source, target, OPTIONS)
    const { run, name, data } = put[9] ?? assert.fail()
    await target.files.put(run, name, Buffer.alloc(data.length, 'y'))
    assert.equal((await copyFiles(source, target, OPTIONS)).copied, 0)
    assert.equal((await copyFiles(source, target, { ...OPTIONS, compare: true })).copied, 1)
    await holdsAll(target)
  })

  test('of a folder that belongs to no Redis yet belongs to none either', async (t) => {
    const { disk, bucket } = await begin(t)
    await disk.open('older').files.put(newRunId(0), `${newId()}.png`, Buffer.from('x'))
    const { end } = await copyFiles(disk.open('older'), bucket.open('files'), OPTIONS)
    assert.equal(end, 'unmarked')
    assert.equal(await bucket.open('files').marker.read(), null)
  })
})
