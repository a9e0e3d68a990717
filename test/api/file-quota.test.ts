import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { FILE_PARTS } from '../../src/files/file-store.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { docxOf } from '../support/made-documents.ts'
import { red } from '../support/pictures.ts'
import { type System, startSystem, until, useSystem } from '../support/system.ts'

const MOST = 100_000
const CSV = { output_modality: 'csv', output_format: { name: 'string', price: 'number' } }

const idOf = ({ project }: System): string => project.split('/').at(-1) ?? ''
const counted = (system: System): Promise<number> => system.core.runs.fileBytes(idOf(system))

/** What the runs of a system have in its storage, which is theirs alone. */
async function stored({ core }: System): Promise<number> {
  let sum = 0
  for (let part = 0; part < FILE_PARTS; part += 1)
    for await (const { size } of core.files.list(part)) sum += size
  return sum
}

describe('a quota of bytes of files', () => {
  const running = useSystem({ env: { SPLITRUN_PROJECT_FILE_BYTES: String(MOST) } })
  let picture: Buffer
  before(async () => {
    picture = await red(8, 8).png().toBuffer()
  })
  /** A picture of so many bytes: what follows its end is no part of it, and is stored. */
  const sized = (bytes: number) => Buffer.concat([picture, Buffer.alloc(bytes - picture.length)])
  const looksAt = (system: System) =>
    system.createTask({ user_prompt: 'What is it?', output_modality: 'text', file_input_mode: 'image' })
  const send = (system: System, task: string, ...files: Buffer[]) => {
    const task_files = files.map((data) => ({ data: data.toString('base64') }))
    return system.call('POST', `/task/${task}/run`, { task_files })
  }

  test('takes files to the last byte, and not one more, of this project alone', async () => {
    const system = await running().inNewProject()
    const other = await running().inNewProject()
    const [task, others] = [await looksAt(system), await looksAt(other)]
    assert.equal((await send(system, task, sized(MOST + 1))).body.detail.reason, 'PROJECT_STORAGE_FULL')
    assert.equal(await counted(system), 0)
    assert.equal((await send(system, task, sized(40_000), sized(60_000))).status, 200)
    assert.equal(await counted(system), MOST)
    const refused = await send(system, task, picture)
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'PROJECT_STORAGE_FULL'])
    assert.ok(refused.headers.has('retry-after'))
    assert.equal((await send(other, others, picture)).status, 200)
  })

  test('has room again when runs have expired with their files', async (t) => {
    const env = { SPLITRUN_PROJECT_FILE_BYTES: String(MOST), SPLITRUN_RUN_RETENTION: '2s' }
    const system = await startSystem(t, { env })
    const task = await looksAt(system)
    assert.equal((await send(system, task, sized(MOST))).status, 200)
    await until(async () => (await send(system, task, sized(MOST))).status === 200)
  })

  test('holds for all that come at once', async () => {
    const system = await running().inNewProject()
    const task = await looksAt(system)
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(system, task, sized(40_000))))
    const accepted = answers.filter(({ status }) => status === 200).length
    assert.equal(accepted, 2)
    assert.ok(answers.every(({ status }) => status === 200 || status === 429))
    assert.equal(await counted(system), accepted * 40_000)
  })

  test('refuses who may only get files once nothing is left, and no others', async () => {
    const system = await running().inNewProject()
    const [looks, table, json] = [
      await looksAt(system),
      await system.createTask(CSV),
      await system.createTask(),
    ]
    assert.equal((await send(system, looks, sized(MOST))).status, 200)
    const ask = (task: string) => system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.equal((await ask(table)).body.detail.reason, 'PROJECT_STORAGE_FULL')
    assert.equal((await ask(json)).status, 200)
  })
})

test('what a repeated call brought has no room while it waits for the run of the first one', async (t) => {
  const env = { SPLITRUN_PROJECT_FILE_BYTES: String(MOST) }
  const system = await startSystem(t, { env, workers: 0 })
  const task = await system.createTask({ user_prompt: 'What is it?', output_modality: 'text' })
  const data = Buffer.concat([await red(8, 8).png().toBuffer(), Buffer.alloc(30_000)])
  const body = { task_files: [{ data: data.toString('base64') }] }
  const send = (query: string, headers = {}) =>
    system.call('POST', `/task/${task}/run?${query}`, body, { headers })
  // All of them look for the key before the first of them has it.
  const twins = Array.from({ length: 3 }, () => send('wait=60', { 'idempotency-key': 'twins' }))
  await until(async () => (await counted(system)) > 0)
  let ended = 0
  for (const twin of twins) void twin.then(() => (ended += 1))
  await until(async () => (await send('wait=0')).status === 202)
  assert.equal(ended, 0)
  const { body: listed } = await system.call('GET', '/task_run')
  for (const { id } of listed.results) await system.call('POST', `/task/${task}/run/${id}/cancel`)
  const ids = (await Promise.all(twins)).map(({ headers }) => headers.get('x-task-run-id'))
  assert.equal(new Set(ids).size, 1)
})

describe('the bytes of the files of a project', () => {
  const running = useSystem({ env: { SPLITRUN_PROJECT_FILE_BYTES: '1mb' } })

  test('are those in the storage: sent, made for a model, answered with, of runs that end in every way', async () => {
    const system = running()
    const looks = await system.createTask({ user_prompt: 'What?', output_modality: 'text' })
    const table = await system.createTask(CSV)
    const reads = await system.createTask({ user_prompt: 'What?', file_input_mode: 'file' })
    const inBase64 = async (data: Promise<Buffer> | Buffer) => ({ data: (await data).toString('base64') })
    const picture = await inBase64(red(8, 8).png().toBuffer())
    const sent = { task_files: [picture, picture] }
    const document = { task_files: [{ ...(await inBase64(docxOf('Some text.'))), name: 'a.docx' }] }
    const started = [
      await system.call('POST', `/task/${looks}/run?wait=0`, sent),
      await system.call('POST', `/task/${looks}/run?wait=0&timeout=0.001`, sent),
      await system.call('POST', `/task/${table}/run?wait=0`, { task_input: { text: 'tea' } }),
      await system.call('POST', `/task/${reads}/run?wait=0`, document),
    ]
    const ids = started.map(({ body }) => body.id)
    const refused = await system.call('POST', `/task/${looks}/run`, { task_files: [{ data: 'AAAA' }] })
    assert.equal(refused.status, 415, JSON.stringify(refused.body))
    await until(async () => (await system.core.runs.getMany(ids)).every((run) => run?.result))
    const statuses = (await system.core.runs.getMany(ids)).map((run) => run?.status)
    assert.deepEqual(statuses, ['succeeded', 'expired', 'succeeded', 'succeeded'])
    assert.equal(await counted(system), await stored(system))
    // Counted as runs that have ended, which expire with them.
    for (let shard = 0; shard < system.core.config.shards; shard += 1) {
      const parts = await system.core.redis.hgetall(shardKeys(shard).fileBytes(idOf(system)))
      for (const bytes of Object.values(parts)) assert.ok(Number(bytes) > 0)
    }
  })
})
