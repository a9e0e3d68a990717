import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Core, composeCore, transferDeps } from '../../../src/compose/compose-core.ts'
import { readConfig } from '../../../src/config.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { TAG_KINDS } from '../../../src/tasks/tags/tag.ts'
import { taskKeys } from '../../../src/tasks/task-layout.ts'
import { type Archive, archiveSchema } from '../../../src/transfer/archive.ts'
import { exportProjects, writeArchive } from '../../../src/transfer/export-projects.ts'
import { importArchive } from '../../../src/transfer/import-archive.ts'
import { allKeys } from '../../support/all-keys.ts'
import { arbitraryArchive } from '../../support/arbitrary-archive.ts'
import fc from '../../support/fast-check.ts'
import { testRedisUrl } from '../../support/redis.ts'

describe('a file that is imported and exported again', () => {
  let core: Core
  before(async () => {
    // The simulated model is never called here; its names are enough.
    const env = { REDIS_URL: testRedisUrl(), SPLITRUN_SIMULATED_URL: 'http://127.0.0.1:9' }
    core = await composeCore(readConfig(env), silentLogger())
  })
  after(() => core.lifecycle.close())

  const load = (archive: unknown) =>
    importArchive(transferDeps(core), archiveSchema(core.limits).parse(archive), null, false, 'test')
  const save = async (project: string) => exportProjects(transferDeps(core), [project])

  async function empty(project: string): Promise<void> {
    for (const id of await core.tasks.ids(project, null, 100)) await core.tasks.remove(project, id, null)
    for (const kind of TAG_KINDS) {
      for (const { id } of await core.tags.list(project, kind)) await core.tags.remove(project, kind, id)
    }
  }

  test('holds what it held, in the order of ids, and is byte for byte the same after that', () =>
    fc.assert(
      fc.asyncProperty(arbitraryArchive, async (made) => {
        const id = made.projects[0]?.project.id ?? ''
        await load(made)
        const exported = await save(id)
        assert.deepEqual(plain(exported), plain(made))

        const text = writeArchive(exported)
        assert.equal((await load(JSON.parse(text))).changed, false)
        await empty(id)
        const { prefix, deletedRevisions, deletions } = taskKeys(id)
        const left = (await allKeys(core.redis, `${prefix}*`)).filter(
          (key) => key !== deletedRevisions && key !== deletions,
        )
        assert.deepEqual(left, [`${prefix}project`], 'nothing is left but digests')
        assert.equal((await load(JSON.parse(text))).projects[0]?.created, false)
        assert.equal(writeArchive(await save(id)), text)
      }),
      { numRuns: 40 },
    ))

  /** What a file says, whatever the order of its lists and the spelling of its models. */
  function plain(archive: Archive): unknown {
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    const projects = archive.projects.map(({ models: _, tags, tasks, ...rest }) => ({
      ...rest,
      tags: { task: tags.task.toSorted(byId), task_revision: tags.task_revision.toSorted(byId) },
      tasks: tasks.toSorted(byId).map((task) => ({
        ...task,
        tags: task.tags.toSorted(),
        revisions: task.revisions.toSorted(byId).map((revision) => ({
          ...revision,
          tags: revision.tags.toSorted(),
          llm_model_id: core.models.find(revision.llm_model_id)?.id,
          fallback_llm_model_id: core.models.find(revision.fallback_llm_model_id ?? '')?.id,
        })),
      })),
    }))
    return JSON.parse(JSON.stringify(projects))
  }
})
