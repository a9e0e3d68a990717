import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { red } from '../support/pictures.ts'
import { type Answer, type System, until, useSystem } from '../support/system.ts'

const folderOf = ({ core }: System) => join(core.config.dataDir, 'files')
const photoTask = ({ createTask }: System) => createTask({ user_prompt: 'What is it?', image_required: true })

async function upload({ call }: System, task: string, query = ''): Promise<Answer> {
  const form = new FormData()
  form.append('task_file', new Blob([await red(8, 8).png().toBuffer()]), 'photo.png')
  return call('POST', `/task/${task}/run${query}`, form)
}

const ready = async ({ url }: System) => {
  const response = await fetch(`${url}/readyz`)
  return {
    status: response.status,
    after: response.headers.get('retry-after'),
    body: (await response.json()) as Answer['body'],
  }
}

/** What may become of the folder of files. Each is undone by putting the folder back. */
const TROUBLES: [name: string, make: (folder: string) => Promise<void>][] = [
  ['is a file', (folder) => writeFile(folder, '')],
  ['leads nowhere', (folder) => symlink(folder, folder)],
  ['is not mounted: an empty one stands there', (folder) => mkdir(folder).then(() => {})],
  [
    'is that of another installation',
    async (folder) => {
      await mkdir(folder)
      await writeFile(join(folder, 'installation.json'), JSON.stringify({ folder: randomUUID(), shards: {} }))
    },
  ],
]

describe('a folder of files that cannot be used', () => {
  // Without a worker that would be unwell, too.
  const running = useSystem({ workers: 1 })

  for (const [name, make] of TROUBLES) {
    test(`is 503 with Retry-After, for as long as it ${name}; and nothing else is`, async () => {
      const system = running()
      const folder = folderOf(system)
      const [photos, texts] = [await photoTask(system), await system.createTask()]
      const stored = await upload(system, photos)
      assert.equal(stored.status, 200)
      const file = `/task/${photos}/run/${stored.body.id}/file/${stored.body.files[0]}`

      await rename(folder, `${folder}.away`)
      await make(folder)
      await until(async () => (await ready(system)).status === 503)
      const { after, body } = await ready(system)
      assert.deepEqual([body.detail.reason, Number(after) > 0], ['FILES_UNAVAILABLE', true])
      const refused = await upload(system, photos, '?wait=0')
      assert.deepEqual([refused.status, refused.body.detail.reason], [503, 'FILES_UNAVAILABLE'])
      assert.ok(Number(refused.headers.get('retry-after')) > 0)
      assert.equal((await system.call('GET', file)).status, 503)
      const accepted = await system.call('POST', `/task/${texts}/run?wait=0`, { task_input: { text: 'tea' } })
      assert.equal(accepted.status, 202)

      await rm(folder, { recursive: true, force: true })
      await rename(`${folder}.away`, folder)
      await until(async () => (await ready(system)).status === 200)
      await until(async () => (await upload(system, photos)).status === 200)
      assert.equal((await system.call('GET', file)).status, 200)
      const ended = await system.call('GET', `/task/${texts}/run/${accepted.body.id}?wait=60`)
      assert.equal(ended.body.status, 'succeeded')
    })
  }

  test('is said before the first upload', async () => {
    assert.deepEqual((await ready(running())).body, { status: 'ready' })
  })
})

describe('an API that takes no files', () => {
  const running = useSystem({ workers: 0, env: { SPLITRUN_FILES_MAX: '0' } })

  test('needs no folder for them', async () => {
    await writeFile(folderOf(running()), '')
    assert.equal((await ready(running())).status, 200)
  })
})
