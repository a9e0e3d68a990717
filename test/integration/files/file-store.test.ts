import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { createDiskFileStore } from '../../../src/files/disk/disk-file-store.ts'
import { mediaTypeOf } from '../../../src/files/file-store.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { testFileStore } from '../../support/files/file-store-tests.ts'
import { placesIn, placesOnDisk } from '../../support/files/places.ts'
import { useS3rver } from '../../support/files/s3rver.ts'

describe('files in a folder', () => {
  testFileStore(placesOnDisk)

  async function makeStore(t: TestContext) {
    const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
    t.after(() => rm(root, { recursive: true }))
    return { root, store: createDiskFileStore(join(root, 'files')) }
  }

  test('a put that fails leaves nothing behind', async (t) => {
    const { root, store } = await makeStore(t)
    await writeFile(join(root, 'files'), 'in the way of the folder')
    await assert.rejects(store.put(newRunId(0), `${newId()}.png`, Buffer.from('x')))
    assert.deepEqual(await readdir(root, { recursive: true }), ['files'])
  })

  test('files and folders are for their user alone, and runs made at one time spread over many folders', async (t) => {
    const { root, store } = await makeStore(t)
    for (let index = 0; index < 40; index++) {
      await store.put(newRunId(0), `${newId()}.png`, Buffer.from('x'))
    }
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const first = entries.find((entry) => entry.isFile()) ?? assert.fail()
    assert.equal((await stat(join(first.parentPath, first.name))).mode & 0o777, 0o600)
    assert.equal((await stat(join(root, 'files'))).mode & 0o777, 0o700)
    assert.ok((await readdir(join(root, 'files'))).length > 10)
  })

  test('a run whose files a dead process left half-written is listed, and they are no files', async (t) => {
    const { root, store } = await makeStore(t)
    const run = newRunId(0).replace(/..(..)$/, '07$1')
    await store.put(run, `${newId()}.png`, Buffer.from('x'))
    await writeFile(join(root, 'files/07', run, `${randomUUID()}.partial`), 'half a fi')
    assert.deepEqual(await Array.fromAsync(store.runs(7), (each) => each.run), [run])
    assert.equal((await Array.fromAsync(store.list(7))).length, 1)
  })

  test('what a file is stands in its extension', () => {
    assert.equal(mediaTypeOf(`${newId()}.jpeg`), 'image/jpeg')
    assert.equal(mediaTypeOf(`${newId()}.exe`), 'application/octet-stream')
  })
})

describe('files in a bucket', () => {
  const server = useS3rver()
  // It stores an object and what it says of it one after the other.
  testFileStore(placesIn(server))
})
