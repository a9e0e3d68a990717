import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { FILE_PARTS, type FileStore } from '../../../src/files/file-store.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import type { MakePlaces } from './places.ts'

export async function runsOf(store: FileStore, parts = FILE_PARTS) {
  const listed = []
  for (let part = 0; part < parts; part += 1) {
    for await (const each of store.runs(part)) listed.push(each)
  }
  return listed
}

const RUN = newRunId(0)
const READER = 'a project'
/** A run in one of the first parts. */
const runInPart = (part: string) => newRunId(0).replace(/..(..)$/, `${part}$1`)

const NO_NAMES = [
  '../../etc/passwd',
  `../${randomUUID()}.png`,
  `${randomUUID()}/../x.png`,
  `${randomUUID()}.png/../../x`,
  `${randomUUID()}.png\0`,
  `${randomUUID()}.png\n`,
  `${randomUUID()}.`,
  `${randomUUID()}.tar.gz`,
  `${randomUUID().toUpperCase()}.png`,
  '/etc/passwd',
  '.',
  '',
]

/** What is guaranteed of files, wherever they are. */
export function testFileStore(makePlaces: MakePlaces): void {
  test('a file comes back as it was put: whole, as a stream with its size, and any part of it', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    const name = `${newId()}.jpeg`
    const data = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
    await files.put(RUN, name, data)
    assert.deepEqual(await files.read(RUN, name), data)
    assert.equal(await files.size(RUN, name), data.length)
    const opened = await files.open(RUN, name, READER)
    assert.equal(opened?.size, data.length)
    assert.deepEqual(await buffer(opened.stream), data)
    const ends = [0, 1, 65_535, 65_536, 131_071, 199_999]
    for (const [start, end] of ends.flatMap((from) => ends.map((to) => [from, to] as const))) {
      if (start > end) continue
      const part = await files.open(RUN, name, READER, { start, end })
      assert.equal(part?.size, end - start + 1)
      assert.ok((await buffer(part.stream)).equals(data.subarray(start, end + 1)), `${start}-${end}`)
    }
  })

  test('an empty file is one', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    const name = `${newId()}.txt`
    await files.put(RUN, name, Buffer.alloc(0))
    assert.equal(await files.size(RUN, name), 0)
    assert.equal((await files.read(RUN, name))?.length, 0)
    const opened = await files.open(RUN, name, READER)
    assert.equal(opened && (await buffer(opened.stream)).length, 0)
  })

  test('a name that is not <uuid>.<extension> reaches no file and writes none', async (t) => {
    const places = await makePlaces(t)
    const { files } = places.open('files')
    await places.plant('', 'secret.png', 'secret')
    for (const name of NO_NAMES) {
      await assert.rejects(files.put(RUN, name, Buffer.from('x')), /not a name/, JSON.stringify(name))
      assert.equal(await files.open(RUN, name, READER), null, JSON.stringify(name))
      assert.equal(await files.read(RUN, name), null, JSON.stringify(name))
      assert.equal(await files.size(RUN, name), null, JSON.stringify(name))
      await assert.rejects(files.put(name, `${randomUUID()}.png`, Buffer.from('x')), /not a name/)
      assert.equal(await files.read(name, 'secret.png'), null)
      await files.removeRun(name)
    }
    assert.deepEqual(await places.all(''), ['secret.png'])
  })

  test('a file that was removed, or never put, is null; removing it again is no error', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    const name = `${newId()}.png`
    assert.equal(await files.read(RUN, name), null)
    assert.equal(await files.size(RUN, name), null)
    await files.put(RUN, name, Buffer.from('x'))
    await files.removeRun(RUN)
    await files.removeRun(RUN)
    assert.equal(await files.open(RUN, name, READER), null)
  })

  test('a stream that was begun gives its whole file, though the file is removed meanwhile', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    const name = `${newId()}.png`
    await files.put(RUN, name, Buffer.from('still here'))
    const opened = await files.open(RUN, name, READER)
    await files.removeRun(RUN)
    assert.ok(opened)
    assert.equal((await buffer(opened.stream)).toString(), 'still here')
  })

  test('many writers of one name leave one whole file and nothing else', async (t) => {
    const places = await makePlaces(t)
    const { files } = places.open('files')
    const name = `${newId()}.png`
    const versions = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, index))
    await Promise.all(versions.map((data) => files.put(RUN, name, data)))
    const found = await files.read(RUN, name)
    assert.ok(versions.some((data) => found?.equals(data)))
    assert.equal((await places.all('files')).length, 1)
  })

  test('the runs that have files are listed with their time, each once, and none before the first', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    assert.deepEqual(await runsOf(files, 4), [])
    const ids = Array.from({ length: 10 }, (_, at) => runInPart(`0${at % 4}`))
    const start = Date.now() - 2000
    for (const id of [...ids, ...ids]) await files.put(id, `${newId()}.png`, Buffer.from('x'))
    const listed = await runsOf(files, 4)
    assert.deepEqual(listed.map(({ run }) => run).sort(), ids.sort())
    assert.ok(listed.every(({ modifiedMs }) => modifiedMs > start && modifiedMs <= Date.now() + 2000))
  })

  test('every file is listed once with its size', async (t) => {
    const { files } = (await makePlaces(t)).open('files')
    const put = Array.from({ length: 8 }, (_, at) => ({
      ...{ run: runInPart('0a'), name: `${newId()}.png`, size: at },
    }))
    for (const { run, name, size } of put) await files.put(run, name, Buffer.alloc(size))
    const listed = await Array.fromAsync(files.list(10))
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
    assert.deepEqual(listed.sort(byName), put.sort(byName))
    assert.deepEqual(await Array.fromAsync(files.list(11)), [])
  })

  test('runs may vanish while they are listed, with all their files', async (t) => {
    const places = await makePlaces(t)
    const { files } = places.open('files')
    const ids = Array.from({ length: 20 }, () => runInPart('07'))
    for (const id of ids) await files.put(id, `${newId()}.png`, Buffer.from('x'))
    const seen = []
    for await (const { run } of files.runs(7)) {
      seen.push(run)
      await files.removeRun(run)
    }
    assert.deepEqual(seen.sort(), ids.sort())
    assert.deepEqual(await Array.fromAsync(files.runs(7)), [])
    assert.deepEqual(await places.all('files'), [])
  })
}
