import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Core, composeCore, transferDeps } from '../../../src/compose/compose-core.ts'
import { readConfig } from '../../../src/config.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { archiveTask } from '../../../src/tasks/archive/export-tasks.ts'
import { newTask } from '../../../src/tasks/create-task.ts'
import { createTaskSchema } from '../../../src/tasks/task-input.ts'
import { type Archive, archiveSchema } from '../../../src/transfer/archive.ts'
import { type ImportReport, importArchive } from '../../../src/transfer/import-archive.ts'
import { testRedisUrl } from '../../support/redis.ts'

/** Two processes, each with what it has read of projects. */
let cores: [Core, Core]
before(async () => {
  // The simulated model is never called here; its names are enough.
  const env = { REDIS_URL: testRedisUrl(), SPLITRUN_SIMULATED_URL: 'http://127.0.0.1:9' }
  const open = () => composeCore(readConfig(env), silentLogger())
  cores = [await open(), await open()]
})
after(() => Promise.all(cores.map((core) => core.lifecycle.close())))

/** A file of projects with a task each, all for one organisation. */
function aFile(org: string, ...projects: string[]): Archive {
  const filled = projects.map((project) => {
    const fields = {
      ...{ name: `of ${org}`, enabled: true, system_prompt: 's', user_prompt: '{text}' },
      ...{ llm_model_id: 'simulated-large', output_format: { a: 'string' } },
    }
    const input = createTaskSchema(cores[0].limits).parse(fields)
    const { task, revision } = newTask(cores[0], { org, project, by: 'test' }, input)
    return {
      ...{ org: { id: org, name: org }, project: { id: project, name: `of ${org}` }, models: [] },
      tags: { task: [], task_revision: [] },
      tasks: [archiveTask({ task, version: 1, revisions: [revision], tags: new Map() })],
    }
  })
  const sent = JSON.parse(JSON.stringify({ splitrun_export: 1, projects: filled }))
  return archiveSchema(cores[0].limits).parse(sent)
}

/** @param meanwhile happens once the import has looked which of its projects there are */
function load(core: Core, file: Archive, meanwhile: () => Promise<unknown> = async () => {}) {
  const deps = transferDeps(core)
  let unplanned = file.projects.length
  const revisionStates: typeof core.tasks.revisionStates = async (...asked) => {
    const states = await core.tasks.revisionStates(...asked)
    unplanned -= 1
    if (unplanned === 0) await meanwhile()
    return states
  }
  return importArchive({ ...deps, tasks: { ...deps.tasks, revisionStates } }, file, null, false, 'test')
}

const orgOf = (file: Archive) => file.projects[0]?.org.id ?? assert.fail()

/** Asserts that all of a file is there, and belongs to its organisation. */
async function assertWhole({ tenants, tasks }: Core, file: Archive) {
  const org = orgOf(file)
  assert.ok(await tenants.organisation(org))
  const listed = (await tenants.projects(org)).map(({ id, org_id }) => org_id === org && id)
  assert.deepEqual(listed.sort(), file.projects.map(({ project }) => project.id).sort())
  for (const { project, tasks: wanted } of file.projects) {
    assert.deepEqual(
      await tasks.ids(project.id, null, 100),
      wanted.map(({ id }) => id),
    )
    for (const { id } of wanted) assert.equal((await tasks.read(project.id, id))?.task.org_id, org)
  }
}

/** Asserts that an import was refused for one project of its file, and that nothing of it is there. */
async function assertNothing(core: Core, file: Archive, error: unknown, at = 0) {
  assert.ok(error instanceof ApiError)
  assert.deepEqual([error.status, error.reason], [409, 'IMPORT_CONFLICT'])
  const [conflict, ...more] = error.extra['conflicts'] as { loc: unknown[] }[]
  assert.deepEqual(conflict?.loc, ['body', 'projects', at, 'project', 'id'])
  assert.deepEqual(more, [])
  assert.equal(await core.tenants.organisation(orgOf(file)), null)
  assert.ok(!(await core.tenants.organisations()).some(({ id }) => id === orgOf(file)))
  assert.deepEqual(await core.tenants.projects(orgOf(file)), [])
}

describe('of two organisations whose files have one new project', () => {
  test('one gets it, whoever asks at the same moment; nothing of the other is written', async () => {
    for (let round = 0; round < 20; round += 1) {
      const shared = newId()
      const files = [aFile(newId(), shared), aFile(newId(), shared)] as const
      const ends = await Promise.allSettled([load(cores[0], files[0]), load(cores[1], files[1])])
      const won = ends.findIndex(({ status }) => status === 'fulfilled')
      const lost = ends.findIndex(({ status }) => status === 'rejected')
      assert.ok(won >= 0 && lost >= 0, JSON.stringify(ends))
      for (const core of cores) {
        await assertWhole(core, files[won] ?? assert.fail())
        const { reason } = ends[lost] as PromiseRejectedResult
        await assertNothing(core, files[lost] ?? assert.fail(), reason)
      }
    }
  })

  test('so it is when one comes and goes while the other plans', async () => {
    const shared = newId()
    const [late, early] = [aFile(newId(), shared), aFile(newId(), shared)]
    const refused = load(cores[0], late, () => load(cores[1], early))
    await assertNothing(cores[1], late, await refused.catch((error: unknown) => error))
    await assertWhole(cores[1], early)
  })

  test('the other projects of the refused file are not there either, and their ids are free', async () => {
    const [free, shared, alsoFree] = [newId(), newId(), newId()]
    const late = aFile(newId(), free, shared, alsoFree)
    const early = aFile(newId(), shared)
    const refused = load(cores[0], late, () => load(cores[1], early))
    await assertNothing(cores[1], late, await refused.catch((error: unknown) => error), 1)
    const next = aFile(newId(), free, alsoFree)
    await load(cores[1], next)
    await assertWhole(cores[1], next)
  })
})

test('two files with the same projects, the other way round, do not both lose', async () => {
  for (let round = 0; round < 20; round += 1) {
    const [one, two] = [newId(), newId()]
    const files = [aFile(newId(), one, two), aFile(newId(), two, one)] as const
    const ends = await Promise.allSettled([load(cores[0], files[0]), load(cores[1], files[1])])
    assert.deepEqual(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  }
})

test('a file that is imported twice at once is there once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const file = aFile(newId(), newId(), newId())
    const reports: ImportReport[] = await Promise.all(cores.map((core) => load(core, file)))
    const projects = reports.flatMap((report) => report.projects)
    assert.equal(projects.filter(({ created }) => created).length, 2)
    assert.equal(
      projects.reduce((sum, { tasks }) => sum + tasks.created, 0),
      2,
    )
    for (const core of cores) await assertWhole(core, file)
  }
})

test('an id that is claimed is no project yet, and nobody else can have it until it is released', async () => {
  const [{ tenants }, { tenants: others }] = cores
  const [org, other, id] = [newId(), newId(), newId()]
  const project = { id, org_id: org, name: 'claimed' }
  assert.equal(await tenants.claimProject(project, 'one'), true)
  assert.equal(await others.project(id), null)
  assert.equal(await others.claimProject({ ...project, org_id: other }, 'two'), false)
  assert.equal(await others.createProject(other, 'other', id), null)
  await others.releaseProject(project, 'two')
  assert.equal(await others.createProject(other, 'other', id), null)
  await tenants.releaseProject(project, 'one')
  assert.equal((await others.createProject(other, 'other', id))?.org_id, other)
  assert.equal(await tenants.putProject(project), null)
})

test('an id that two of one organisation have claimed is released by the last of them', async () => {
  const [{ tenants }, { tenants: others }] = cores
  const [org, other, id] = [newId(), newId(), newId()]
  const project = { id, org_id: org, name: 'claimed' }
  const isFree = async () => {
    const taken = await others.claimProject({ ...project, org_id: other }, 'three')
    if (taken) await others.releaseProject({ ...project, org_id: other }, 'three')
    return taken
  }
  for (const first of ['one', 'two']) {
    assert.equal(await tenants.claimProject(project, 'one'), true)
    assert.equal(await others.claimProject(project, 'two'), true)
    await tenants.releaseProject(project, first)
    assert.equal(await isFree(), false)
    await tenants.releaseProject(project, first === 'one' ? 'two' : 'one')
    assert.equal(await isFree(), true)
  }
})

test('what was made by a process that died before it was listed is listed when it is asked for again', async () => {
  const [{ tenants, redis }] = cores
  const [org, id] = [newId(), newId()]
  assert.ok(await tenants.createOrganisation('Acme', org))
  assert.ok(await tenants.createProject(org, 'Web', id))
  await redis.srem('orgs', org)
  await redis.del(`org:${org}:projects`)
  assert.equal(await tenants.createOrganisation('Acme', org), null)
  assert.equal(await tenants.createProject(org, 'Web', id), null)
  // It is another's.
  assert.equal(await tenants.createProject(newId(), 'Web', id), null)
  assert.ok((await tenants.organisations()).some((each) => each.id === org))
  assert.deepEqual(
    (await tenants.projects(org)).map((each) => each.id),
    [id],
  )
})
