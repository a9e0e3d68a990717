import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { transferDeps } from '../../../src/compose/compose-core.ts'
import { ApiError } from '../../../src/platform/errors.ts'
import { newId } from '../../../src/platform/ids.ts'
import { exportProjects } from '../../../src/transfer/export-projects.ts'
import { type ImportDeps, importArchive } from '../../../src/transfer/import-archive.ts'
import { archivedTask, archiveOf } from '../../support/archives.ts'
import { useSystem } from '../../support/system.ts'

/** More than one step may write. */
const TASKS = 250

describe('a file of more tasks than one step writes', () => {
  const running = useSystem({ workers: 0, env: { SPLITRUN_TAGS_MAX: '150' } })

  function aLargeFile() {
    const tags = Array.from({ length: 120 }, (_, at) => ({ id: newId(), name: `tag${at}` }))
    const tasks = Array.from({ length: TASKS }, (_, at) => {
      const task = archivedTask({ name: `task ${at}` })
      task.tags = [tags[at % tags.length]?.id ?? '']
      return task
    })
    tasks.sort((a, b) => (a.id < b.id ? -1 : 1))
    return archiveOf({}, tasks, { task: tags })
  }
  /** What an import needs, and after each step that was written something else that happens. */
  function depsWith(after: (step: number, project: string) => Promise<unknown>): ImportDeps {
    const deps = transferDeps(running().core)
    let steps = 0
    return {
      ...deps,
      tasks: {
        ...deps.tasks,
        async import(project, write) {
          const done = await deps.tasks.import(project, write)
          steps += done ? 1 : 0
          if (done) await after(steps, project)
          return done
        },
      },
    }
  }

  test('is imported as a whole, in several steps, and is unchanged when it comes again', async () => {
    const archive = aLargeFile()
    let steps = 0
    const deps = depsWith(async () => {
      steps += 1
    })
    const report = await importArchive(deps, structuredClone(archive), null, false, 'test')
    const [{ tasks, revisions, tags } = assert.fail()] = report.projects
    assert.deepEqual(
      [tasks, revisions, tags],
      [{ created: TASKS, updated: 0, unchanged: 0 }, { created: TASKS }, { created: 120, unchanged: 0 }],
    )
    assert.ok(steps > 2, `${steps}`)
    const id = archive.projects[0]?.project.id ?? ''
    const exported = await exportProjects(transferDeps(running().core), [id])
    assert.deepEqual(
      exported.projects[0]?.tasks.map(({ name, tags: own }) => [name, own]),
      archive.projects[0]?.tasks.map(({ name, tags: own }) => [name, own]),
    )
    const again = await importArchive(deps, exported, null, false, 'test')
    assert.deepEqual([again.changed, again.projects[0]?.tasks.unchanged], [false, TASKS])
  })

  test('others may change the project meanwhile: what fits goes on, also where a tag is taken away', async () => {
    const archive = aLargeFile()
    const [archived = assert.fail()] = archive.projects
    const last = archived.tags.task.at(-1)?.id ?? ''
    const deps = depsWith(async (step, project) => {
      if (step === 2) await running().core.tags.remove(project, 'task', last)
    })
    const { projects } = await importArchive(deps, archive, null, false, 'test')
    assert.equal(projects[0]?.tasks.created, TASKS)
    const tagged = await running().core.tags.taggedEntities(archived.project.id, last)
    assert.ok(tagged.length > 0)
    assert.ok(await running().core.tags.read(archived.project.id, 'task', last))
  })

  test('where others are in its way in the middle it says that a part is there, and completes it later', async () => {
    const archive = aLargeFile()
    const [archived = assert.fail()] = archive.projects
    const blocked = archived.tasks.at(-1) ?? assert.fail()
    const { tasks } = running().core
    const other = { ...(await tasks.read(...(await anyTask())))?.task, id: newId(), name: blocked.name }
    const deps = depsWith(async (step, project) => {
      if (step === 1) await tasks.save({ ...other, project_id: project } as never, 0, null, null)
    })
    const error = await importArchive(deps, structuredClone(archive), null, false, 'test').catch(
      (thrown) => thrown,
    )
    assert.ok(error instanceof ApiError)
    assert.deepEqual([error.reason, error.message.includes('Only a part')], ['IMPORT_CONFLICT', true])
    const conflicts = error.extra['conflicts'] as { loc: unknown[] }[]
    assert.deepEqual(
      conflicts.map(({ loc }) => loc.slice(3)),
      [['tasks', TASKS - 1, 'name']],
    )

    await tasks.remove(archived.project.id, other.id, null)
    const { projects } = await importArchive(transferDeps(running().core), archive, null, false, 'test')
    const [{ tasks: counts } = assert.fail()] = projects
    assert.equal(counts.created + counts.unchanged, TASKS)
    assert.ok(counts.unchanged > 0)
  })

  async function anyTask(): Promise<[string, string]> {
    const { createTask, project } = running()
    return [project.split('/').at(-1) ?? '', await createTask()]
  }
})
