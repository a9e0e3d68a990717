import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { noise } from '../support/pictures.ts'
import { startApiProcess } from '../support/processes.ts'
import { type Cleanup, startSystem, until } from '../support/system.ts'

/** Mounting takes rights of one's own, which not every machine gives. */
const canMount = await promisify(execFile)('unshare', ['-rm', 'true']).then(
  () => true,
  () => false,
)

/** An API whose files are on a disk of its own, mounted so. */
async function startOnDisk(t: Cleanup, options: string, env: Record<string, string>) {
  const system = await startSystem(t, { workers: 0 })
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const folder = join(dataDir, 'files')
  await mkdir(folder)
  const mount = `mount -t tmpfs -o ${options} none ${folder} && exec "$@"`
  const settings = { SPLITRUN_DATA_DIR: dataDir, ...env }
  const api = await startApiProcess(t, system, settings, ['unshare', '-rm', '/bin/sh', '-c', mount, 'sh'])
  const image = await noise(100, 100).jpeg({ quality: 95 }).toBuffer()
  const task = await system.createTask({ user_prompt: 'What is it?', image_required: true })
  return {
    ready: async () => (await fetch(`${api.url}/readyz`)).status,
    /** As the process sees it. */
    folder: `/proc/${api.pid}/root${folder}`,
    async upload() {
      const body = new FormData()
      body.append('task_file', new Blob([image]), 'photo.jpeg')
      const headers = { authorization: `Bearer ${system.token}` }
      const response = await fetch(`${api.url}${system.project}/task/${task}/run?wait=0`, {
        method: 'POST',
        headers,
        body,
      })
      const { detail } = (await response.json()) as { detail?: { reason: string } }
      return { status: response.status, reason: detail?.reason, after: response.headers.get('retry-after') }
    },
  }
}

describe('a disk', { skip: !canMount && 'nothing can be mounted here' }, () => {
  test('that is read-only is said before the first upload, and by each of them', async (t) => {
    const api = await startOnDisk(t, 'size=10m,ro', {})
    assert.equal(await api.ready(), 503)
    assert.deepEqual(await api.upload(), { status: 503, reason: 'FILES_UNAVAILABLE', after: '30' })
  })

  test('that is smaller than the largest file is said before the first upload', async (t) => {
    const api = await startOnDisk(t, 'size=1m', { SPLITRUN_IMAGE_LIMIT: '2mb' })
    assert.equal(await api.ready(), 503)
  })

  test('that is full refuses uploads, leaves nothing of them, and takes them when there is room', async (t) => {
    const api = await startOnDisk(t, 'size=400k', { SPLITRUN_IMAGE_LIMIT: '20kb' })
    assert.equal(await api.ready(), 200)
    await until(async () => (await api.upload()).status === 503)
    assert.deepEqual(await api.upload(), { status: 503, reason: 'FILES_UNAVAILABLE', after: '30' })
    await until(async () => (await api.ready()) === 503)
    const entries = await readdir(api.folder, { recursive: true })
    assert.deepEqual(
      entries.filter((name) => name.endsWith('.partial')),
      [],
    )
    for (const name of await readdir(api.folder)) {
      if (name !== 'installation.json') await rm(join(api.folder, name), { recursive: true })
    }
    await until(async () => (await api.ready()) === 200)
    assert.equal((await api.upload()).status, 202)
  })
})
