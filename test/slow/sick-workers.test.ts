import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readExposition, sumOf } from '../support/exposition.ts'
import { freePorts } from '../support/free-ports.ts'
import { noise } from '../support/pictures.ts'
import { startWorkerProcess } from '../support/processes.ts'
import { type Cleanup, type System, startSystem, until } from '../support/system.ts'

/** Accepts runs, each with an image that has to be converted, and returns their ids. */
async function accept(system: System, count: number): Promise<string[]> {
  const image = await noise(600, 600).webp({ quality: 95 }).toBuffer()
  const task = await system.createTask({ user_prompt: 'What is it?', image_required: true })
  const ids: string[] = []
  for (let each = 0; each < count; each += 1) {
    const form = new FormData()
    form.append('task_file', new Blob([image]), 'photo.webp')
    const { status, body } = await system.call('POST', `/task/${task}/run?wait=0`, form)
    assert.equal(status, 202)
    ids.push(body.id)
  }
  return ids
}

async function outcomes({ core }: System, ids: readonly string[]) {
  const records = await core.runs.getMany(ids)
  return records.map((record) => record?.result?.error?.reason ?? record?.status)
}

const allSucceeded = (system: System, ids: readonly string[]) =>
  until(async () => {
    const found = await outcomes(system, ids)
    const wrong = found.find((each) => !['queued', 'running', 'succeeded'].includes(each ?? ''))
    assert.equal(wrong, undefined)
    return found.every((each) => each === 'succeeded')
  })

/** A worker with an own port, and what that says. */
async function startWorker(
  t: Cleanup,
  system: System,
  env: Record<string, string>,
  through: readonly string[] = [],
) {
  const [port = 0] = await freePorts(1)
  const settings = { SPLITRUN_METRICS_PORT: String(port), ...env }
  const worker = await startWorkerProcess(t, system, settings, through)
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  return {
    ...worker,
    health: async () => (await ask('/healthz')).status,
    well: async () => sumOf(readExposition(await (await ask('/metrics')).text()), 'splitrun_worker_well'),
  }
}

describe('a worker that cannot work, by no run’s fault', () => {
  test('with another folder than that of the files takes no run, says so, and goes on when it has the right one', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const ids = await accept(system, 10)
    const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
    t.after(() => rm(dataDir, { recursive: true, force: true }))
    const worker = await startWorker(t, system, { SPLITRUN_DATA_DIR: dataDir })
    await until(async () => (await worker.health()) === 503)
    await until(async () => (await worker.well()) === 0)
    await worker.wrote(/takes none until it can/)
    assert.ok((await outcomes(system, ids)).every((each) => each === 'queued'))
    // Beside it, one that is well has them all.
    const other = await startWorker(t, system, {})
    await allSucceeded(system, ids)
    await other.stop('SIGTERM')

    const more = await accept(system, 10)
    // At once, as a mount: a worker that found half of it would miss the files of runs.
    await cp(join(system.core.config.dataDir, 'files'), join(dataDir, 'copy'), { recursive: true })
    await rename(join(dataDir, 'copy'), join(dataDir, 'files'))
    await allSucceeded(system, more)
    await worker.wrote(/can execute runs again/)
    await until(async () => (await worker.health()) === 200)
    await until(async () => (await worker.well()) === 1)
  })

  test('whose folder is taken away while it works gives back what it has', async (t) => {
    const system = await startSystem(t, { workers: 0 })
    const first = await accept(system, 1)
    const worker = await startWorker(t, system, {})
    await allSucceeded(system, first)
    const ids = await accept(system, 10)
    const folder = join(system.core.config.dataDir, 'files')
    await rename(folder, `${folder}.away`)
    await mkdir(folder)
    const task = await system.createTask()
    await until(async () => (await worker.health()) === 503)
    const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    await rm(folder, { recursive: true })
    await rename(`${folder}.away`, folder)
    await allSucceeded(system, [...ids, body.id])
  })

  test('without file descriptors fails none of its runs', async (t) => {
    const system = await startSystem(t, { workers: 0, model: { latencyMs: 300 } })
    const ids = await accept(system, 61)
    const env = { SPLITRUN_CONCURRENCY: '100', SPLITRUN_LANE_WINDOW: '100' }
    const worker = await startWorker(t, system, env, ['/bin/sh', '-c', 'ulimit -n 56; exec "$@"', 'sh'])
    await worker.wrote(/takes none until it can/)
    await allSucceeded(system, ids)
    for (const record of await system.core.runs.getMany(ids)) {
      assert.deepEqual(
        record?.attempts.map(({ outcome }) => outcome),
        ['succeeded'],
        'no attempt is used up by what was this worker’s own fault',
      )
    }
  })
})
