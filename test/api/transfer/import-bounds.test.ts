import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { archivedTask, archiveOf } from '../../support/archives.ts'
import { ADMIN_TOKEN, useSystem } from '../../support/system.ts'
import { elsewhere, partsOf, pathOf, transfersOf } from './archives.ts'

const TASKS = 120
const BYTES = 300_000
const suffix = () => newId().slice(-8)

describe('an import into a project that has bounds', () => {
  const running = useSystem({
    workers: 0,
    env: {
      SPLITRUN_TAGS_MAX: `${TASKS}`,
      SPLITRUN_TASKS_MAX: `${TASKS}`,
      SPLITRUN_TASKS_BYTES_MAX: `${BYTES}`,
    },
  })
  const { admin, aProject } = transfersOf(running)
  const refused = async (archive: object, why: RegExp) => {
    const { status, body } = await admin('POST', '/import?replace=true', archive)
    assert.deepEqual([status, body.detail.reason], [409, 'IMPORT_CONFLICT'], JSON.stringify(body))
    const [{ loc, msg }] = body.detail.conflicts
    assert.deepEqual(loc.slice(-1), ['tasks'])
    assert.match(msg, why)
    assert.match(body.detail.message, /^Nothing was imported/)
  }
  const many = (count: number, project = newId(), description = '') =>
    archiveOf(
      { project },
      Array.from({ length: count }, (_, at) => ({ ...archivedTask({ name: `task ${at}` }), description })),
    )
  const sizeOf = async (project: string) =>
    (await running().core.tasks.measureImport(project, { tags: [], tasks: [] })).here

  test('passes with as many tasks as there may be, and is refused whole with one more', async () => {
    const archive = many(TASKS + 1)
    await refused(archive, /at most 120$/)
    assert.equal((await admin('GET', `${pathOf(archive)}/task`)).status, 404, 'half-imported')
    const { project } = partsOf(archive)
    project.tasks.pop()
    assert.equal((await admin('POST', '/import', archive)).status, 200)
    const { body } = await admin('POST', '/import', archive)
    assert.equal(body.changed, false, 'a full project takes what it has')
    const fields = { name: 'one more', enabled: true, system_prompt: 's', user_prompt: 'u' }
    const more = { llm_model_id: 'simulated-large', output_modality: 'text' }
    const made = await admin('POST', `${pathOf(archive)}/task`, { ...fields, ...more })
    assert.deepEqual([made.status, made.body.detail.reason], [409, 'TOO_MANY_TASKS'])
    const one = archivedTask()
    project.tasks[0] = one
    await refused(archive, /at most 120$/)
    assert.equal((await admin('GET', `${pathOf(archive)}/task/${one.id}`)).status, 404)
  })

  test('is refused whole where its bytes are too many, in whichever piece that is', async () => {
    const archive = many(100, newId(), 'x'.repeat(3000))
    await refused(archive, /at most 300000 bytes/)
    assert.equal((await admin('GET', `${pathOf(archive)}/task`)).status, 404, 'half-imported')
    for (const task of partsOf(archive).project.tasks) task.description = ''
    assert.equal((await admin('POST', '/import', archive)).status, 200)
    const { id } = partsOf(archive).project.project
    const before = await sizeOf(id)
    for (const task of partsOf(archive).project.tasks) task.description = 'x'.repeat(3000)
    await refused(archive, /at most 300000 bytes/)
    assert.deepEqual(await sizeOf(id), before)
  })

  test('is counted as what is made by single calls, and passes again from one project to an empty one', async () => {
    const source = await aProject()
    const [, project = ''] = source.ids
    const create = (characters: number) =>
      source.call('POST', '/task', {
        ...{ name: 'the rest', enabled: true, user_prompt: 'u', system_prompt: 's'.repeat(characters) },
        ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
      })
    const { id } = (await create(1)).body
    const left = BYTES - (await sizeOf(project)).bytes
    await source.call('DELETE', `/task/${id}`)
    assert.equal((await create(left + 2)).body.detail.reason, 'TASK_STORAGE_FULL')
    assert.equal((await create(left + 1)).status, 200)
    assert.equal((await sizeOf(project)).bytes, BYTES)
    const { results } = (await source.call('GET', '/task_revision/tag')).body
    const { revisions } = await source.whole()
    const tag = `/task_revision/tag/${results[0].id}/add`
    const put = await source.call('POST', tag, { entities: [revisions[1].id] })
    assert.deepEqual([put.status, put.body.detail.reason], [409, 'TASK_STORAGE_FULL'])
    const archive = await source.exported()
    const moved = elsewhere(archive)
    assert.equal((await admin('POST', '/import', moved)).status, 200)
    assert.ok((await sizeOf(partsOf(moved).project.project.id)).bytes <= BYTES)
  })

  test('two at the same time never pass a bound together', async () => {
    const tags = () => Array.from({ length: 70 }, (_, at) => ({ id: newId(), name: `t${at}${suffix()}` }))
    for (const archive of [() => many(70), () => archiveOf({}, [], { task: tags() })]) {
      const { project } = await running().createProject()
      const send = () => running().call('POST', `${project}/import`, archive(), { token: ADMIN_TOKEN })
      const statuses = (await Promise.all([send(), send()])).map(({ status }) => status)
      assert.ok(statuses.includes(409), `${statuses}`)
      const id = project.split('/').at(-1) ?? ''
      const there = (await sizeOf(id)).tasks + (await running().core.tags.list(id, 'task')).length
      assert.ok(there <= TASKS, `${there}`)
    }
  })
})
