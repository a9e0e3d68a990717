import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { useSystem } from '../../support/system.ts'
import { copy, elsewhere, partsOf, pathOf, transfersOf } from './archives.ts'

describe('a refused import', () => {
  const running = useSystem({ env: { SPLITRUN_TAGS_MAX: '3', SPLITRUN_REVISIONS_MAX: '5' } })
  const { admin, aProject } = transfersOf(running)

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
})
