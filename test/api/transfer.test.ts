import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import type { Archive } from '../../src/transfer/archive.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

const copy = (archive: Archive): Archive => structuredClone(archive)
/** The first project of a file, and its first task; a test may change them. */
function partsOf(archive: Archive) {
  const [project] = archive.projects
  const [task] = project?.tasks ?? []
  assert.ok(project && task)
  return { project, task }
}

describe('export and import', () => {
  const running = useSystem({ env: { SPLITRUN_TAGS_MAX: '3', SPLITRUN_REVISIONS_MAX: '5' } })
  const admin = (method: string, path: string, body?: unknown) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  /** A project of its own with a task of three revisions, one of them a test; weights, tags and an annotation. */
  async function aProject() {
    const { project, token } = await running().createProject()
    const call = (method: string, path: string, body?: unknown) =>
      running().call(method, project + path, body, { token })
    const fields = { name: 'moved', enabled: true, system_prompt: 's', user_prompt: 'About {text}.' }
    const more = { llm_model_id: 'simulated-large', output_format: { b: 'string', a: 'number' }, timeout: 9 }
    const { id } = (await call('POST', '/task', { ...fields, ...more })).body
    await call('POST', `/task/${id}`, { system_prompt: 't', annotation: 'second', weight: 2.5 })
    const { revisions } = (await call('POST', `/task/${id}`, { system_prompt: 'u', test: true })).body
    const onTask = (await call('POST', '/task/tag', { name: 'mine' })).body.id
    const onRevision = (await call('POST', '/task_revision/tag', { name: 'live' })).body.id
    await call('POST', `/task/tag/${onTask}/add`, { entities: [id] })
    await call('POST', `/task_revision/tag/${onRevision}/add`, {
      entities: [revisions[0].id, revisions[2].id],
    })
    const exported = async (query = ''): Promise<Archive> => (await call('GET', `/export${query}`)).body
    const whole = async () => (await call('GET', `/task/${id}?include_tests=true`)).body
    return {
      project,
      call,
      id,
      exported,
      whole,
      ids: project.split('/').filter((part) => part.length === 36),
    }
  }

  /** A file of the same tasks for an organisation and a project that are not there. */
  function elsewhere(archive: Archive): Archive {
    const moved = copy(archive)
    const { project } = partsOf(moved)
    project.org = { id: newId(), name: 'Other org' }
    project.project = { id: newId(), name: 'Other project' }
    return moved
  }
  const pathOf = (archive: Archive) => {
    const { project } = partsOf(archive)
    return `/org/${project.org.id}/project/${project.project.id}`
  }

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

  test('everything that conflicts is named with its place, and nothing at all is imported', async () => {
    const source = await aProject()
    const archive = await source.exported()
    const state = await source.exported()
    const place = (...rest: (string | number)[]) => ['body', 'projects', 0, ...rest]
    const conflicts = async (edit: (parts: ReturnType<typeof partsOf>) => void, query = '') => {
      const edited = copy(archive)
      edit(partsOf(edited))
      // A good project before it, which must not appear either.
      const good = elsewhere(archive)
      edited.projects.unshift(...good.projects)
      const { status, body } = await admin('POST', `/import${query}`, edited)
      assert.deepEqual([status, body.detail.reason], [409, 'IMPORT_CONFLICT'], JSON.stringify(body))
      assert.equal((await admin('GET', `${pathOf(good)}/task`)).status, 404, 'half-imported')
      assert.deepEqual(await source.exported(), state)
      return body.detail.conflicts.map(({ loc }: { loc: unknown[] }) => loc.with(2, 0))
    }
    const fresh = (task: ReturnType<typeof partsOf>['task']) => {
      const ids = new Map(task.revisions.map(({ id }) => [id, newId()]))
      task.id = newId()
      for (const revision of task.revisions) revision.id = ids.get(revision.id) ?? ''
      for (const share of task.active_revisions)
        share.task_revision_id = ids.get(share.task_revision_id) ?? ''
    }
    const cases: [string, (parts: ReturnType<typeof partsOf>) => void, unknown[], string?][] = [
      ['same task, other content', ({ task }) => (task.description = 'x'), place('tasks', 0, 'id')],
      ['same task, other weights', ({ task }) => task.active_revisions.pop(), place('tasks', 0, 'id')],
      ['same task, other tags', ({ task }) => task.tags.pop(), place('tasks', 0, 'id')],
      ['same name, other id', ({ task }) => fresh(task), place('tasks', 0, 'name')],
      [
        'same revision, other task',
        ({ task }) => {
          task.id = newId()
          task.name = 'another'
        },
        place('tasks', 0, 'revisions', 0, 'id'),
      ],
      [
        'same revision, other content',
        ({ task }) => {
          for (const revision of task.revisions) revision.annotation = 'x'
        },
        place('tasks', 0, 'revisions', 0, 'id'),
        '?replace=true',
      ],
      [
        'same tag, other name',
        ({ project }) => {
          for (const tag of project.tags.task) tag.name = 'x'
        },
        place('tags', 'task', 0, 'id'),
      ],
      [
        'same tag name, other id',
        ({ project, task }) => {
          const [tag] = project.tags.task
          if (tag) tag.id = newId()
          task.tags = tag ? [tag.id] : []
        },
        place('tags', 'task', 0, 'name'),
      ],
      [
        'same tag, other kind',
        ({ project, task }) => {
          const [tag] = project.tags.task
          task.tags = []
          project.tags = { task: [], task_revision: tag ? [...project.tags.task_revision, tag] : [] }
        },
        place('tags', 'task_revision', 1, 'id'),
      ],
      [
        'same tag, below another one',
        ({ project }) => {
          const [tag] = project.tags.task_revision
          const top = tag && { ...tag, id: newId(), name: 'top' }
          if (top) project.tags.task_revision.push(top)
          if (tag) tag.parent_id = top?.id ?? null
        },
        place('tags', 'task_revision', 0, 'parent_id'),
      ],
      [
        'unknown model',
        ({ task }) => {
          fresh(task)
          task.name = 'unknown model'
          for (const revision of task.revisions) revision.llm_model_id = newId()
        },
        place('tasks', 0, 'revisions', 0, 'llm_model_id'),
      ],
      [
        'a model that sees no images',
        ({ task, project }) => {
          fresh(task)
          task.name = 'blind'
          const [basic] = project.models
          if (basic) basic.name = 'simulated-basic'
          for (const revision of task.revisions)
            Object.assign(revision, { image_required: true, llm_model_id: 'simulated-basic' })
        },
        place('tasks', 0, 'revisions', 0, 'llm_model_id'),
      ],
      [
        'no output_format',
        ({ task }) => {
          fresh(task)
          task.name = 'formless'
          for (const revision of task.revisions) revision.output_format = null
        },
        place('tasks', 0, 'revisions', 0, 'output_format'),
      ],
      ['other organisation', ({ project }) => (project.org.id = newId()), place('project', 'id')],
      [
        'more tags than the limit',
        ({ project }) => {
          const [tag] = project.tags.task
          for (const name of ['a', 'b', 'c']) if (tag) project.tags.task.push({ ...tag, id: newId(), name })
        },
        place('tags', 'task'),
      ],
      [
        'more revisions than the limit',
        ({ task }) => {
          const [revision] = task.revisions
          for (let more = 0; more < 3; more += 1)
            if (revision) task.revisions.push({ ...revision, id: newId() })
        },
        place('tasks', 0, 'revisions'),
        '?replace=true',
      ],
    ]
    for (const [what, edit, loc, query] of cases) {
      const named = await conflicts(edit, query)
      assert.deepEqual(named[0], loc, what)
    }
  })

  test('a file that contradicts itself, is of another version or too large is refused as such', async () => {
    const archive = elsewhere(await (await aProject()).exported())
    const refused = async (edit: (parts: ReturnType<typeof partsOf>) => unknown) => {
      const edited = copy(archive)
      edit(partsOf(edited))
      const { status, body } = await admin('POST', '/import', edited)
      assert.equal(status, 422)
      return body.detail[0].loc.slice(3).join('.')
    }
    const twice = <T>(list: T[]) => list.push(...structuredClone(list))
    assert.equal(await refused(({ project }) => twice(project.tasks)), 'tasks.1.id')
    assert.equal(await refused(({ task }) => twice(task.revisions)), 'tasks.0.revisions.3.id')
    assert.equal(await refused(({ project }) => twice(project.tags.task)), 'tags.task.1.id')
    assert.equal(await refused(({ task }) => task.tags.push(newId())), 'tasks.0.tags.1')
    const below = (parent: (id: string) => string) =>
      refused(({ project }) => {
        for (const tag of project.tags.task) tag.parent_id = parent(tag.id)
      })
    assert.equal(await below(newId), 'tags.task.0.parent_id')
    assert.equal(await below((id) => id), 'tags.task.0.parent_id')
    assert.equal(
      await refused(({ task }) => {
        const [revision] = task.revisions
        if (revision) revision.id = task.id
        task.active_revisions = [{ task_revision_id: task.id, weight: 1 }]
      }),
      'tasks.0.id',
    )
    assert.equal(
      await refused(({ task }) => task.revisions[1]?.tags.push(newId())),
      'tasks.0.revisions.1.tags.0',
    )
    assert.equal(
      await refused(({ task }) => task.active_revisions.push({ task_revision_id: newId(), weight: 1 })),
      'tasks.0.active_revisions.2.task_revision_id',
    )
    assert.equal(
      await refused(({ task }) => {
        for (const revision of task.revisions) revision.test = true
      }),
      'tasks.0.active_revisions.0.task_revision_id',
    )
    assert.equal(await refused(({ task }) => (task.active_revisions = [])), 'tasks.0.active_revisions')
    assert.equal(
      await refused(({ task }) => Object.assign(task, { access_token: 'x' })),
      'tasks.0.access_token',
    )
    const two = { ...archive, projects: [...archive.projects, ...archive.projects] }
    assert.deepEqual((await admin('POST', '/import', two)).body.detail[0].loc, [
      'body',
      'projects',
      1,
      'project',
      'id',
    ])
    const newer = await admin('POST', '/import', { ...archive, splitrun_export: 2 })
    assert.deepEqual([newer.status, newer.body.detail[0].loc], [422, ['body', 'splitrun_export']])
    assert.equal((await admin('GET', `${pathOf(archive)}/task`)).status, 404)
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

describe('the size of a file', () => {
  const running = useSystem({ env: { SPLITRUN_IMPORT_LIMIT: '4kb', SPLITRUN_BODY_LIMIT: '2kb' } })

  test('is bounded on the way out and in, apart from other bodies', async () => {
    const { call, createTask, project } = running()
    const first = await createTask({ system_prompt: 'x'.repeat(1000) })
    const archive = (await call('GET', '/export')).body
    const padded = (bytes: number) => {
      const text = JSON.stringify(archive)
      return text.padEnd(bytes)
    }
    assert.equal((await call('POST', `${project}/import`, padded(4000))).status, 200)
    const tooLarge = await call('POST', `${project}/import`, padded(4001))
    assert.deepEqual([tooLarge.status, tooLarge.body.detail.reason], [413, 'BODY_TOO_LARGE'])
    await createTask({ system_prompt: 'x'.repeat(1500) })
    const refused = await call('GET', '/export')
    assert.deepEqual([refused.status, refused.body.detail.reason], [413, 'EXPORT_TOO_LARGE'])
    assert.equal((await call('GET', `/export?task_id=${first}`)).status, 200)
  })
})
