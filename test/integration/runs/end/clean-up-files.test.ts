import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FILE_PARTS } from '../../../../src/files/file-store.ts'
import { newRunId } from '../../../../src/platform/ids.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { shardTag } from '../../../../src/platform/redis/shard-tag.ts'
import { cleanUpFiles } from '../../../../src/runs/end/clean-up-files.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { settingsOf } from '../../../support/files/object-storage.ts'
import { startS3rver } from '../../../support/files/s3rver.ts'
import { aRequest, aResult, claimed } from '../../../support/runs.ts'
import { type Cleanup, type System, until, useSystem } from '../../../support/system.ts'

const NEVER = new AbortController().signal
const tomorrow = () => Date.now() + 86_400_000

/** An id of a run whose files are in the first part. */
const idInPartZero = () => newRunId(0).replace(/..(..)$/, '00$1')

async function putFile({ core }: System, run: string): Promise<string> {
  const name = `${randomUUID()}.png`
  await core.fileHome.claim()
  await core.files.put(run, name, Buffer.from('an image'))
  return name
}

const isThere = async ({ core }: System, run: string, name: string): Promise<boolean> =>
  (await core.files.read(run, name)) !== null

function testCleaningUp(settings: (t: Cleanup) => Promise<Record<string, string>>, onDisk: boolean): void {
  const running = useSystem(async (t) => ({ workers: 0, env: await settings(t) }))
  const cleanUp = ({ core }: System, before: number, signal = NEVER) =>
    cleanUpFiles({ ...core, log: silentLogger() }, 0, before, signal)

  test('removes those of a run that has expired, and keeps those of runs that wait, run or have ended', async () => {
    const system = running()
    const { runs, redis } = system.core
    const requests = Array.from({ length: 4 }, () => aRequest({ id: idInPartZero() }))
    for (const request of requests) await runs.create(request, null)
    const [, executions, kept, expired] = requests
    const names = await Promise.all(requests.map(({ id }) => putFile(system, id)))
    if (!executions || !kept || !expired) return assert.fail()
    await claimed(redis, runs, executions)
    for (const request of [kept, expired]) {
      assert.ok(await runs.settle(await claimed(redis, runs, request), aResult(), [], null))
    }
    // As expiry does.
    await redis.del(shardKeys(0).run(expired.id))

    await cleanUp(system, tomorrow())
    const there = await Promise.all(requests.map(({ id }, at) => isThere(system, id, names[at] ?? '')))
    assert.deepEqual(there, [true, true, true, false])
  })

  test('keeps young ones, whose run may be about to be made, and then removes all that a dead process left', async () => {
    const system = running()
    const run = idInPartZero()
    const name = await putFile(system, run)
    const folder = join(system.core.config.dataDir, 'files', '00', run)
    if (onDisk) await writeFile(join(folder, `${randomUUID()}.partial`), 'half an im')
    await cleanUp(system, Date.now() - 60_000)
    assert.ok(await isThere(system, run, name))
    await cleanUp(system, tomorrow(), AbortSignal.abort())
    assert.ok(await isThere(system, run, name), 'a tick that is called off removes nothing')
    await cleanUp(system, tomorrow())
    assert.ok(!(await isThere(system, run, name)))
    await assert.rejects(readdir(folder), { code: 'ENOENT' })
  })

  test('goes through more of them than fit one batch', async () => {
    const system = running()
    // Objects are put by a server that is slow: two batches of them, where it is three of files.
    const runs = Array.from({ length: onDisk ? 450 : 250 }, idInPartZero)
    for (let at = 0; at < runs.length; at += 30)
      await Promise.all(runs.slice(at, at + 30).map((run) => putFile(system, run)))
    await cleanUp(system, tomorrow())
    for await (const { run } of system.core.files.runs(0)) assert.ok(!runs.includes(run))
  })

  test('removes nothing when Redis knows no run because the shard has lost them all', async () => {
    const system = running()
    const { redis, runs, fileHome } = system.core
    const run = idInPartZero()
    const name = await putFile(system, run)
    await redis.del(`${shardTag(0)}:installation`)
    // As if another process were the first to upload something.
    await runs.create(aRequest(), null)
    await cleanUp(system, tomorrow())
    assert.ok(await isThere(system, run, name))
    await fileHome.adopt()
    await cleanUp(system, tomorrow())
    assert.ok(!(await isThere(system, run, name)))
  })

  test('removes nothing while Redis cannot say what is gone', async () => {
    const system = running()
    const run = idInPartZero()
    const name = await putFile(system, run)
    await system.redis.kill()
    await assert.rejects(cleanUp(system, tomorrow()))
    assert.ok(await isThere(system, run, name))
    await system.redis.start()
  })
}

describe('cleaning up files in a folder', () => testCleaningUp(async () => ({}), true))

describe('cleaning up files in object storage', () =>
  testCleaningUp(async (t) => settingsOf(await startS3rver(t)), false))

describe('the janitor of a running system', () => {
  const env = { SPLITRUN_JANITOR_INTERVAL: '100ms', SPLITRUN_FILE_GRACE: '1s' }
  const running = useSystem({ env })

  test('goes on from part to part', async () => {
    const system = running()
    const parts = Array.from({ length: FILE_PARTS }, (_, part) => part.toString(16).padStart(2, '0'))
    const runs = parts.map((part) => newRunId(0).replace(/..(..)$/, `${part}$1`))
    const names = await Promise.all(runs.map((run) => putFile(system, run)))
    await until(async () => {
      const there = await Promise.all(runs.map((run, at) => isThere(system, run, names[at] ?? '')))
      return there.filter((each) => !each).length >= 3
    })
  })
})
