import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { useSystem } from '../../support/system.ts'
import { copy, elsewhere, partsOf, pathOf, transfersOf } from './archives.ts'

describe('export and import', () => {
  const running = useSystem({ env: { SPLITRUN_TAGS_MAX: '3', SPLITRUN_REVISIONS_MAX: '5' } })
  const { admin, aProject } = transfersOf(running)

  test('what was exported is the same after an import elsewhere: ids, revisions, weights, tags, tests, annotations', async () => {
    const source = await aProject()
    const archive = elsewhere(await source.exported())
    const path = pathOf(archive)
    const imported = await admin('POST', '/import', archive)
    assert.equal(imported.status, 200, JSON.stringify(imported.body))
    assert.deepEqual(imported.body, {
      changed: true,
      projects: [
        {
          org_id: path.split('/')[2],
          project_id: path.split('/')[4],
          created: true,
          tasks: { created: 1, updated: 0, unchanged: 0 },
          revisions: { created: 3 },
          tags: { created: 2, unchanged: 0 },
        },
      ],
    })
    assert.deepEqual((await admin('GET', `${path}/export`)).body, archive)
    const there = (await admin('GET', `${path}/task/${source.id}?include_tests=true`)).body
    const here = await source.whole()
    // Its access token is another: it names the project.
    const { project_id, access_token } = here
    assert.deepEqual({ ...there, project_id, access_token }, here)
    assert.equal((await admin('GET', '/org')).body.results[0].name, 'Other org')
    const run = await admin('POST', `${path}/task/${source.id}/run`, { task_input: { text: 'tea' } })
    assert.deepEqual([run.status, Object.keys(run.body.response)], [200, ['b', 'a']])
  })

  test('importing twice changes nothing, and says so', async () => {
    const source = await aProject()
    const archive = elsewhere(await source.exported())
    await admin('POST', '/import', archive)
    const etag = (await admin('GET', `${pathOf(archive)}/task/${source.id}`)).headers.get('etag')
    for (const query of ['', '?replace=true']) {
      const { changed, projects } = (await admin('POST', `/import${query}`, archive)).body
      const [{ created, tasks, revisions, tags }] = projects
      assert.deepEqual([changed, created, revisions.created], [false, false, 0])
      assert.deepEqual(
        [tasks, tags],
        [
          { created: 0, updated: 0, unchanged: 1 },
          { created: 0, unchanged: 2 },
        ],
      )
    }
    assert.equal((await admin('GET', `${pathOf(archive)}/task/${source.id}`)).headers.get('etag'), etag)
    assert.deepEqual((await source.call('POST', '/import', await source.exported())).body.changed, false)
  })

  test('a file of one project is imported into another one by its own token, which may create none', async () => {
    const source = await aProject()
    const archive = await source.exported()
    const { project, token } = await running().createProject()
    const call = (method: string, path: string, body?: unknown) =>
      running().call(method, path, body, { token })
    assert.equal((await call('POST', '/import', archive)).status, 403)
    const { status, body } = await call('POST', `${project}/import`, archive)
    assert.deepEqual([status, body.projects[0].project_id], [200, project.split('/').at(-1)])
    const [there] = (await call('GET', `${project}/export`)).body.projects
    assert.deepEqual(
      { ...there, org: null, project: null },
      { ...archive.projects[0], org: null, project: null },
    )
    const two = { ...archive, projects: [...archive.projects, ...elsewhere(archive).projects] }
    const refused = await call('POST', `${project}/import`, two)
    assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'projects']])
  })

  test('some tasks are exported with their tags alone; one that is not there is 404', async () => {
    const source = await aProject()
    const fields = { enabled: true, system_prompt: 's', user_prompt: 'u', output_modality: 'text' }
    const other = await source.call('POST', '/task', {
      ...fields,
      name: 'other',
      llm_model_id: 'simulated-small',
    })
    const [part] = (await source.exported(`?task_id=${other.body.id}`)).projects
    assert.deepEqual(
      part?.tasks.map(({ name }) => name),
      ['other'],
    )
    assert.deepEqual(part?.tags, { task: [], task_revision: [] })
    assert.deepEqual(
      part?.models.map(({ name }) => name),
      ['simulated-small'],
    )
    const both = await source.exported(`?task_id=${other.body.id}&task_id=${source.id}`)
    assert.deepEqual(both, await source.exported())
    const absent = await source.call('GET', `/export?task_id=${newId()}`)
    assert.deepEqual([absent.status, absent.body.detail.reason], [404, 'TASK_NOT_FOUND'])
  })

  test('replace brings a task to what the file says: fields, weights, tags and the revisions that it lacks', async () => {
    const source = await aProject()
    const before = elsewhere(await source.exported())
    await admin('POST', '/import', before)
    const path = pathOf(before)
    const own = (await admin('POST', `${path}/task/${source.id}`, { system_prompt: 'own' })).body.revisions[0]
      .id
    const tag = (await admin('GET', `${path}/task_revision/tag`)).body.results[0].id
    await admin('POST', `${path}/task_revision/tag/${tag}/add`, { entities: [own] })

    await source.call('POST', `/task/${source.id}`, { name: 'renamed', system_prompt: 'new', activate: true })
    const [mine] = (await source.call('GET', '/task/tag')).body.results
    await source.call('POST', `/task/tag/${mine.id}/remove`, { entities: [source.id] })
    const after = elsewhere(await source.exported())
    Object.assign(partsOf(after).project, {
      org: partsOf(before).project.org,
      project: partsOf(before).project.project,
    })

    assert.equal((await admin('POST', '/import', after)).status, 409)
    const { changed, projects } = (await admin('POST', '/import?replace=true', after)).body
    assert.deepEqual([changed, projects[0].tasks.updated, projects[0].revisions.created], [true, 1, 1])
    const there = (await admin('GET', `${path}/task/${source.id}?include_tests=true`)).body
    const here = await source.whole()
    const shown = ({ name, active_revisions, tags }: typeof here) => ({ name, active_revisions, tags })
    assert.deepEqual(shown(there), shown(here))
    assert.deepEqual(
      there.revisions.filter(({ id }: { id: string }) => id !== own),
      here.revisions,
    )
    assert.equal(there.revisions.find(({ id }: { id: string }) => id === own).tags[0].name, 'live')
    assert.equal((await admin('POST', '/import?replace=true', after)).body.changed, false)
    const tagged = (await admin('GET', `${path}/task/tag/${mine.id}`)).body.tagged_entities
    assert.deepEqual(tagged, [])
    const free = (await admin('GET', `${path}/export`)).body.projects[0].tasks
    assert.deepEqual(
      free.map(({ name }: { name: string }) => name),
      ['renamed'],
    )
  })

  test('a deleted task is brought back as it was, and in no other way', async () => {
    const source = await aProject()
    const archive = await source.exported()
    const before = await source.whole()
    await source.call('DELETE', `/task/${source.id}`)
    const edited = copy(archive)
    const [revision] = partsOf(edited).task.revisions
    if (revision) revision.system_prompt = 'not what it was'
    const refused = await source.call('POST', '/import', edited)
    assert.equal(refused.status, 409)
    assert.deepEqual(refused.body.detail.conflicts[0].loc, [
      'body',
      'projects',
      0,
      'tasks',
      0,
      'revisions',
      0,
      'id',
    ])
    assert.equal((await source.call('GET', `/task/${source.id}`)).status, 404)
    assert.equal((await source.call('POST', '/import', archive)).body.projects[0].revisions.created, 3)
    assert.deepEqual(await source.whole(), before)
    assert.deepEqual(await source.exported(), archive)
  })

  test('a model is found by its name where its id is another', async () => {
    const archive = elsewhere(await (await aProject()).exported())
    const { project, task } = partsOf(archive)
    const other = newId()
    for (const model of project.models) model.id = other
    for (const revision of task.revisions) revision.llm_model_id = other
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await admin('POST', '/import', archive)
      assert.deepEqual([status, body.changed], [200, time === 0])
    }
    const [large] = (await admin('GET', `${pathOf(archive)}/model`)).body
    const [there] = (await admin('GET', `${pathOf(archive)}/task`)).body.results
    assert.equal(there.revisions[0].llm_model_id, large.id)
  })

  test('of many imports of one file at once one does the work, and changes meanwhile do not tear it', async () => {
    const source = await aProject()
    const archive = elsewhere(await source.exported())
    await admin('POST', '/org', partsOf(archive).project.org)
    const answers = await Promise.all(Array.from({ length: 8 }, () => admin('POST', '/import', archive)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.equal(answers.filter(({ body }) => body.projects[0].tasks.created === 1).length, 1)

    const path = pathOf(archive)
    const [replaced, ...updates] = await Promise.all([
      admin('POST', '/import?replace=true', archive),
      ...Array.from({ length: 8 }, (_, at) =>
        admin('POST', `${path}/task/${source.id}`, { description: `${at}` }),
      ),
    ])
    assert.deepEqual([...new Set([replaced, ...updates].map(({ status }) => status))], [200])
    assert.equal((await admin('POST', '/import?replace=true', archive)).status, 200)
    assert.deepEqual((await admin('GET', `${path}/export`)).body.projects[0].tasks[0].description, '')
  })

  test('a file of before is read: a visibility that nobody had chosen is the one that is usual now', async () => {
    const archive = elsewhere(await (await aProject()).exported())
    const old = copy(archive)
    Object.assign(partsOf(old).task, { task_run_visibility: 'visible' })
    assert.equal((await admin('POST', '/import', old)).status, 200)
    assert.deepEqual((await admin('GET', `${pathOf(archive)}/export`)).body, archive)
    assert.equal((await admin('POST', '/import', old)).body.changed, false)
  })

  test('a file holds no secret and no access token', async () => {
    const source = await aProject()
    const { project } = source
    const { token } = (await admin('POST', `${project}/api_key`, { name: 'secret' })).body
    const text = JSON.stringify(await source.exported())
    assert.ok(!text.includes(token) && !/access_token|secret|sr_/.test(text))
  })
})
