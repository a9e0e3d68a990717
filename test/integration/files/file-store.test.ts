import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import {
  createLocalFileStore,
  FILE_PARTS,
  type FileStore,
  mediaTypeOf,
} from '../../../src/files/file-store.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'

async function makeStore(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  t.after(() => rm(root, { recursive: true }))
  return { root, store: createLocalFileStore(join(root, 'files')) }
}

/** Files, and not folders, anywhere below a folder. */
async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function runsOf(store: FileStore) {
  const listed = []
  for (let part = 0; part < FILE_PARTS; part += 1) {
    for await (const each of store.runs(part)) listed.push(each)
  }
  return listed
}

const RUN = newRunId(0)

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

test('a file comes back as it was put, whole and as a stream with its size', async (t) => {
  const { store } = await makeStore(t)
  const name = `${newId()}.jpeg`
  const data = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  await store.put(RUN, name, data)
  assert.deepEqual(await store.read(RUN, name), data)
  const opened = await store.open(RUN, name)
  assert.equal(opened?.size, data.length)
  assert.deepEqual(await buffer(opened.stream), data)
  assert.equal(mediaTypeOf(name), 'image/jpeg')
})

test('a name that is not <uuid>.<extension> reaches no file and writes none', async (t) => {
  const { root, store } = await makeStore(t)
  await writeFile(join(root, 'secret.png'), 'secret')
  for (const name of NO_NAMES) {
    await assert.rejects(store.put(RUN, name, Buffer.from('x')), /not a name/, JSON.stringify(name))
    assert.equal(await store.open(RUN, name), null, JSON.stringify(name))
    assert.equal(await store.read(RUN, name), null, JSON.stringify(name))
    await assert.rejects(store.put(name, `${randomUUID()}.png`, Buffer.from('x')), /not a name/)
    assert.equal(await store.read(name, 'secret.png'), null)
    await store.removeRun(name)
  }
  assert.deepEqual(await filesBelow(root), [join(root, 'secret.png')])
})

test('a file that was removed, or never put, is null; removing it again is no error', async (t) => {
  const { store } = await makeStore(t)
  const name = `${newId()}.png`
  assert.equal(await store.read(RUN, name), null)
  await store.put(RUN, name, Buffer.from('x'))
  await store.removeRun(RUN)
  await store.removeRun(RUN)
  assert.equal(await store.open(RUN, name), null)
})

test('a stream that is open gives its whole file though the file is removed meanwhile', async (t) => {
  const { store } = await makeStore(t)
  const name = `${newId()}.png`
  await store.put(RUN, name, Buffer.from('still here'))
  const opened = await store.open(RUN, name)
  await store.removeRun(RUN)
  assert.ok(opened)
  assert.equal((await buffer(opened.stream)).toString(), 'still here')
})

test('many writers of one name leave one whole file and nothing else', async (t) => {
  const { root, store } = await makeStore(t)
  const name = `${newId()}.png`
  const versions = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, index))
  await Promise.all(versions.map((data) => store.put(RUN, name, data)))
  const found = await store.read(RUN, name)
  assert.ok(versions.some((data) => found?.equals(data)))
  assert.equal((await filesBelow(root)).length, 1)
})

test('a put that fails leaves nothing behind', async (t) => {
  const { root, store } = await makeStore(t)
  const name = `${newId()}.png`
  await writeFile(join(root, 'files'), 'in the way of the folder')
  await assert.rejects(store.put(RUN, name, Buffer.from('x')))
  assert.deepEqual(await filesBelow(root), [join(root, 'files')])
})

test('files and folders are for their user alone, and runs made at one time spread over many folders', async (t) => {
  const { root, store } = await makeStore(t)
  for (let index = 0; index < 40; index++) await store.put(newRunId(0), `${newId()}.png`, Buffer.from('x'))
  const [first = ''] = await filesBelow(root)
  assert.equal((await stat(first)).mode & 0o777, 0o600)
  assert.equal((await stat(join(root, 'files'))).mode & 0o777, 0o700)
  assert.ok((await readdir(join(root, 'files'))).length > 10)
})

test('the runs that have files are listed with their time, each once, and none before the first', async (t) => {
  const { store } = await makeStore(t)
  assert.deepEqual(await runsOf(store), [])
  const ids = Array.from({ length: 10 }, () => newRunId(0))
  const start = Date.now() - 1000
  for (const id of [...ids, ...ids]) await store.put(id, `${newId()}.png`, Buffer.from('x'))
  const listed = await runsOf(store)
  assert.deepEqual(listed.map(({ run }) => run).sort(), ids.sort())
  assert.ok(listed.every(({ modifiedMs }) => modifiedMs > start && modifiedMs <= Date.now() + 1000))
})

test('runs may vanish while they are listed, with all their files', async (t) => {
  const { root, store } = await makeStore(t)
  // All in one part.
  const ids = Array.from({ length: 20 }, () => newRunId(0).replace(/..(..)$/, '07$1'))
  for (const id of ids) await store.put(id, `${newId()}.png`, Buffer.from('x'))
  const seen = []
  for await (const { run } of store.runs(7)) {
    seen.push(run)
    await store.removeRun(run)
  }
  assert.deepEqual(seen.sort(), ids.sort())
  assert.deepEqual(await runsOf(store), [])
  assert.deepEqual(await filesBelow(root), [])
})
