import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Core, composeCore, transferDeps } from '../../../src/compose/compose-core.ts'
import { readConfig } from '../../../src/config.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { type Archive, archiveSchema } from '../../../src/transfer/archive.ts'
import { importArchive } from '../../../src/transfer/import-archive.ts'
import { arbitraryArchive } from '../../support/arbitrary-archive.ts'
import fc from '../../support/fast-check.ts'
import { testRedisUrl } from '../../support/redis.ts'

let core: Core
before(async () => {
  // The simulated model is never called here; its names are enough.
  const env = { REDIS_URL: testRedisUrl(), SPLITRUN_SIMULATED_URL: 'http://127.0.0.1:9' }
  core = await composeCore(readConfig(env), silentLogger())
})
after(() => core.lifecycle.close())

/** A file with a task. */
const aFile = (): Archive => {
  const filled = arbitraryArchive.filter(({ projects }) => (projects[0]?.tasks.length ?? 0) > 0)
  return archiveSchema(core.limits).parse(fc.sample(filled, 1)[0])
}

/** Imports a file, while something happens just after it was first seen which revisions there are. */
function load(archive: Archive, meanwhile: () => Promise<unknown> = async () => {}) {
  const deps = transferDeps(core)
  let happens: typeof meanwhile | null = meanwhile
  const revisionStates: typeof core.tasks.revisionStates = async (...asked) => {
    const states = await core.tasks.revisionStates(...asked)
    await happens?.()
    happens = null
    return states
  }
  return importArchive({ ...deps, tasks: { ...deps.tasks, revisionStates } }, archive, null, false, 'test')
}

test('a task that is deleted while it is imported is created, and is no conflict', async () => {
  const file = aFile()
  const [{ project, tasks } = assert.fail()] = file.projects
  const [{ id } = assert.fail()] = tasks
  await load(file)
  const report = await load(file, () => core.tasks.remove(project.id, id, null))
  assert.equal(report.projects[0]?.tasks.created, 1)
  assert.ok(await core.tasks.read(project.id, id))
})

test('so is one that is deleted and imported by others meanwhile; a revision of another task is a conflict', async () => {
  const file = aFile()
  const [{ project, tasks } = assert.fail()] = file.projects
  const [task = assert.fail()] = tasks
  await load(file)
  const report = await load(file, async () => {
    await core.tasks.remove(project.id, task.id, null)
    await load(file)
  })
  assert.equal(report.changed, false)
  const other = { ...task, id: crypto.randomUUID(), name: 'another', alias: null }
  const stolen = { ...file, projects: [{ ...file.projects[0], tasks: [other] }] } as Archive
  await assert.rejects(load(stolen), { reason: 'IMPORT_CONFLICT' })
})
