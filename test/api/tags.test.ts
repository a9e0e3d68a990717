import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { taskKeys } from '../../src/tasks/task-layout.ts'
import { allKeys } from '../support/all-keys.ts'
import { until, useSystem } from '../support/system.ts'

const names = (tags: readonly { name: string }[]): string[] => tags.map(({ name }) => name)

describe('tags', () => {
  const running = useSystem({ env: { SPLITRUN_TAGS_MAX: '12' } })
  const call = (method: string, path: string, body?: unknown) => running().call(method, path, body)
  const read = async (task: string, query = '') => (await call('GET', `/task/${task}${query}`)).body
  const make = async (kind: string, name: string) => (await call('POST', `/${kind}/tag`, { name })).body
  const put = (kind: string, tag: string, ...entities: string[]) =>
    call('POST', `/${kind}/tag/${tag}/add`, { entities })

  /** A task with two revisions: its id, and theirs from the newest on. */
  async function twoRevisions() {
    const task = await running().createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Second.' })
    return { task, revisions: body.revisions.map(({ id }: { id: string }) => id) as [string, string] }
  }

  test('a tag is created, read, renamed, listed from the newest on, and deleted, each answered 200 with it', async () => {
    for (const kind of ['task', 'task_revision']) {
      const first = await make(kind, 'first')
      assert.deepEqual([first.name, first.entity_type, first.tagged_entities], ['first', kind, []])
      const { id } = await make(kind, 'second')
      assert.deepEqual((await call('GET', `/${kind}/tag/${id}`)).body.name, 'second')
      const renamed = await call('POST', `/${kind}/tag/${id}`, { name: 'renamed' })
      assert.deepEqual([renamed.status, renamed.body.name, renamed.body.id], [200, 'renamed', id])

      const page = (await call('GET', `/${kind}/tag?page_limit=1`)).body
      assert.deepEqual([names(page.results), page.pagination.has_next], [['renamed'], true])
      const rest = (await call('GET', `/${kind}/tag?cursor=${page.pagination.next_cursor}`)).body
      assert.deepEqual([names(rest.results), rest.pagination.next_cursor], [['first'], null])

      for (const tag of [id, first.id]) {
        assert.equal((await call('DELETE', `/${kind}/tag/${tag}`)).body.id, tag)
        const gone = await call('GET', `/${kind}/tag/${tag}`)
        assert.deepEqual([gone.status, gone.body.detail.reason], [404, 'TAG_NOT_FOUND'])
      }
    }
  })

  test('a run may name a tag: the newest revision that bears it is executed, active or not', async () => {
    const { task, revisions } = await twoRevisions()
    const [newest, oldest] = revisions
    const tag = await make('task_revision', 'canary')
    const run = (query: string) =>
      call('POST', `/task/${task}/run?${query}`, { task_input: { text: 'tea' } }).then(
        ({ status, body }) => ({
          status,
          body,
          revision: body.task_revision_id,
        }),
      )
    assert.deepEqual(
      [(await run('revision_tag=canary')).body.detail.reason, (await run('revision_tag=no-name')).status],
      ['TASK_REVISION_NOT_FOUND', 422],
    )
    await put('task_revision', tag.id, oldest)
    await until(async () => (await run('revision_tag=canary')).revision === oldest)
    await put('task_revision', tag.id, newest)
    await until(async () => (await run('revision_tag=canary')).revision === newest)
    assert.equal((await run(`revision_tag=canary&revision_id=${newest}`)).status, 422)
    await call('DELETE', `/task_revision/tag/${tag.id}`)
  })

  test('a name is 1-15 letters or digits, and given once per kind; a renamed tag sets its old name free', async () => {
    for (const name of ['', 'a'.repeat(16), 'a b', 'a-b', 'ä', '{a}']) {
      const refused = await call('POST', '/task/tag', { name })
      assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'name']])
    }
    const longest = await make('task', 'a'.repeat(15))
    const asked = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/task/tag', { name: 'once' })),
    )
    const refused = asked.filter(({ status }) => status !== 200)
    assert.deepEqual([asked.length - refused.length, refused.length], [1, 9])
    for (const { status, body } of refused) {
      assert.deepEqual([status, body.detail.reason], [400, 'DUPLICATE_TAG_NAME'])
    }
    assert.equal((await make('task_revision', 'once')).name, 'once', 'the other kind has names of its own')

    const once = asked.find(({ status }) => status === 200)?.body.id
    const renamed = await call('POST', `/task/tag/${longest.id}`, { name: 'once' })
    assert.deepEqual([renamed.status, renamed.body.detail.reason], [400, 'DUPLICATE_TAG_NAME'])
    assert.equal((await call('POST', `/task/tag/${once}`, { name: 'once' })).status, 200, 'its own name')
    await call('POST', `/task/tag/${once}`, { name: 'twice' })
    const again = await make('task', 'once')
    for (const id of [once, longest.id, again.id]) await call('DELETE', `/task/tag/${id}`)
  })

  test('tags are shown on the task and on its revisions, and leave its state as it was', async () => {
    const { task, revisions } = await twoRevisions()
    const before = (await call('GET', `/task/${task}`)).headers.get('etag')
    const [onTask, onRevision] = [await make('task', 'important'), await make('task_revision', 'live')]
    const tagged = await put('task', onTask.id, task)
    assert.deepEqual([tagged.status, tagged.body.tagged_entities], [200, [task]])
    assert.deepEqual(
      (await put('task_revision', onRevision.id, ...revisions)).body.tagged_entities,
      revisions,
    )
    await put('task_revision', onRevision.id, ...revisions)

    const shown = await call('GET', `/task/${task}`)
    assert.deepEqual(shown.body.tags, [{ id: onTask.id, name: 'important' }])
    for (const { tags } of shown.body.revisions) assert.deepEqual(tags, [{ id: onRevision.id, name: 'live' }])
    // Whoever has read the task may still change it; but what is shown of it is no longer what was read.
    const still = await running().call('POST', `/task/${task}`, {}, { headers: { 'if-match': before ?? '' } })
    assert.deepEqual([still.status, shown.headers.get('etag') === before], [200, false])

    const taken = await call('POST', `/task_revision/tag/${onRevision.id}/remove`, {
      entities: [revisions[0]],
    })
    assert.deepEqual(taken.body.tagged_entities, [revisions[1]])
    await call('POST', `/task_revision/tag/${onRevision.id}`, { name: 'stable' })
    const listed = (await call('GET', '/task')).body.results.find(({ id }: { id: string }) => id === task)
    assert.deepEqual(
      listed.revisions.map(({ tags }: { tags: [] }) => names(tags)),
      [[], ['stable']],
    )

    const filtered = await read(task, `?revision_tag_id=${onRevision.id}`)
    assert.deepEqual(
      filtered.revisions.map(({ id }: { id: string }) => id),
      [revisions[1]],
    )
    assert.deepEqual((await read(task, `?revision_tag_id=${newId()}`)).revisions, [])
  })

  test('one entity that is not there, or of another project or kind, leaves all untagged', async () => {
    const { task, revisions } = await twoRevisions()
    const foreign = await running().createProject()
    const other = await running().call(
      'POST',
      `${foreign.project}/task`,
      {
        ...{ name: 'x', enabled: true, system_prompt: 's', user_prompt: 'u', output_modality: 'text' },
        llm_model_id: 'simulated-large',
      },
      { token: foreign.token },
    )
    const [onTask, onRevision] = [await make('task', 'whole'), await make('task_revision', 'whole')]
    const cases: [string, string, string[], number][] = [
      ['task', onTask.id, [task, newId()], 1],
      ['task', onTask.id, [other.body.id, task], 0],
      ['task', onTask.id, [task, revisions[0]], 1],
      ['task_revision', onRevision.id, [...revisions, newId()], 2],
      ['task_revision', onRevision.id, [revisions[0], task], 1],
      ['task_revision', onRevision.id, [other.body.revisions[0].id], 0],
    ]
    for (const [kind, tag, entities, at] of cases) {
      for (const how of ['add', 'remove']) {
        const refused = await call('POST', `/${kind}/tag/${tag}/${how}`, { entities })
        assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'entities', at]])
      }
    }
    const shown = await read(task)
    assert.deepEqual([shown.tags, ...shown.revisions.map(({ tags }: { tags: [] }) => tags)], [[], [], []])
    assert.equal((await put('task', onRevision.id, task)).status, 404, 'a tag of the other kind')
    for (const entities of [[], ['x'], 'x', Array.from({ length: 1001 }, newId)]) {
      assert.equal((await call('POST', `/task/tag/${onTask.id}/add`, { entities })).status, 422)
    }
  })

  test('tasks are listed by tag, page by page', async () => {
    const tag = await make('task', 'listed')
    const ids = [await running().createTask(), await running().createTask(), await running().createTask()]
    await running().createTask()
    await put('task', tag.id, ...ids)
    const first = (await call('GET', `/task?tag_id=${tag.id}&page_limit=2`)).body
    const second = (
      await call('GET', `/task?tag_id=${tag.id}&page_limit=2&cursor=${first.pagination.next_cursor}`)
    ).body
    const seen = [...first.results, ...second.results].map(({ id }: { id: string }) => id)
    assert.deepEqual([seen, second.pagination.has_next], [[...ids].reverse(), false])
    assert.deepEqual((await call('GET', `/task?tag_id=${newId()}`)).body.results, [])
  })

  test('the newest revision of a task that bears a name is found, of that task alone, and as of now', async () => {
    const { core, project } = running()
    const { task, revisions } = await twoRevisions()
    const other = await twoRevisions()
    const id = project.split('/').at(-1) ?? ''
    const find = (name: string, of = task) => core.tags.revisionByTag(id, of, name)
    const tag = await make('task_revision', 'newest')
    assert.equal(await find('newest'), null)
    await put('task_revision', tag.id, revisions[1], other.revisions[0])
    assert.deepEqual(
      [await find('newest'), await find('newest', other.task)],
      [revisions[1], other.revisions[0]],
    )
    await put('task_revision', tag.id, revisions[0])
    assert.equal(await find('newest'), revisions[0])
    await call('POST', `/task_revision/tag/${tag.id}`, { name: 'latest' })
    assert.deepEqual([await find('newest'), await find('latest')], [null, revisions[0]])

    // As another process would do it: this one's cache is not told.
    await core.redis.hdel(taskKeys(id).tagNames('task_revision'), 'latest')
    await until(async () => (await find('latest')) === null)
    for (const odd of ['', '/', 'latest/x', 'x'.repeat(1000)]) assert.equal(await find(odd), null)
  })

  test('deleting a task or a tag leaves nothing of what was tagged', async () => {
    const { core, createTask } = running()
    const tagKeys = async () =>
      (await allKeys(core.redis)).filter((key) => /:(tagged-entities|tagging):/.test(key)).sort()
    const before = await tagKeys()
    const { task, revisions } = await twoRevisions()
    const another = await createTask()
    const [onTask, onRevision] = [await make('task', 'brief'), await make('task_revision', 'brief')]
    await put('task', onTask.id, task, another)
    await put('task_revision', onRevision.id, ...revisions)

    await call('DELETE', `/task/${task}`)
    assert.deepEqual((await call('GET', `/task/tag/${onTask.id}`)).body.tagged_entities, [another])
    assert.deepEqual((await call('GET', `/task_revision/tag/${onRevision.id}`)).body.tagged_entities, [])
    await call('DELETE', `/task/tag/${onTask.id}`)
    await call('DELETE', `/task_revision/tag/${onRevision.id}`)
    assert.deepEqual((await read(another)).tags, [])
    assert.deepEqual(await tagKeys(), before)
  })

  test('a project has as many tags of a kind as the limit says, and not one more, however many ask', async () => {
    const { project, token } = await running().createProject()
    const create = (name: string) => running().call('POST', `${project}/task/tag`, { name }, { token })
    const asked = await Promise.all(Array.from({ length: 15 }, (_, at) => create(`t${at}`)))
    assert.equal(asked.filter(({ status }) => status === 200).length, 12)
    const refused = await create('more')
    assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'TOO_MANY_TAGS'])
    const { results } = (await running().call('GET', `${project}/task/tag`, undefined, { token })).body
    assert.equal(results.length, 12)
    await running().call('DELETE', `${project}/task/tag/${results[0].id}`, undefined, { token })
    assert.equal((await create('more')).status, 200)
  })

  test('the path of tags is not taken for the id of a task', async () => {
    const { url, project, token } = running()
    // Not through the contract proxy, to which any id may stand there.
    const wrong = await fetch(`${url}${project}/task/tag`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, POST'])
  })
})
