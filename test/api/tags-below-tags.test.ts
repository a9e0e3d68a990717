import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { useSystem } from '../support/system.ts'

describe('tags below tags', () => {
  const running = useSystem({ env: { SPLITRUN_TAGS_MAX: '12' } })

  test('a tag may be below another one of its kind, for good, until that is deleted', async () => {
    const { project, token } = await running().createProject()
    const ask = (method: string, path: string, body?: object) =>
      running().call(method, `${project}${path}`, body, { token })
    for (const kind of ['task', 'task_revision']) {
      const other = kind === 'task' ? 'task_revision' : 'task'
      const create = async (name: string, parent_id?: string | null, of = kind) =>
        ask('POST', `/${of}/tag`, { name, ...(parent_id === undefined ? {} : { parent_id }) })
      const { body: top } = await create('top')
      const { body: middle } = await create('middle', top.id.toUpperCase())
      const { body: leaf } = await create('leaf', middle.id)
      const { body: second } = await create('second', middle.id)
      assert.equal((await create('alone', null)).body.parent_id, null)
      const foreign = (await create('foreign', null, other)).body.id
      for (const parent of [newId(), foreign]) {
        const { status, body } = await create('x', parent)
        assert.deepEqual([status, body.detail[0].loc], [422, ['body', 'parent_id']])
      }

      const read = async (id: string) => (await ask('GET', `/${kind}/tag/${id}`)).body
      const below = (tag: { children: { id: string }[] }) => tag.children.map(({ id }) => id)
      assert.deepEqual(
        [top, middle, leaf].map(({ parent_id }) => parent_id),
        [null, top.id, middle.id],
      )
      assert.deepEqual(below(await read(middle.id)), [second.id, leaf.id])
      const listed = (await ask('GET', `/${kind}/tag`)).body.results
      const inList = listed.find(({ id }: { id: string }) => id === top.id)
      assert.deepEqual([below(inList), inList.children[0].parent_id], [[middle.id], top.id])
      const renamed = await ask('POST', `/${kind}/tag/${middle.id}`, { name: 'renamed' })
      assert.deepEqual([renamed.body.parent_id, below(renamed.body)], [top.id, [second.id, leaf.id]])

      const archive = (await ask('GET', '/export')).body
      await ask('DELETE', `/${kind}/tag/${middle.id}`)
      assert.deepEqual([(await read(leaf.id)).parent_id, below(await read(top.id))], [null, []])
      // It never changes otherwise, neither by a file; and a file brings it back where all is gone.
      const conflicting = await ask('POST', '/import?replace=true', archive)
      assert.deepEqual(
        [conflicting.status, conflicting.body.detail.conflicts[0].loc.at(-1)],
        [409, 'parent_id'],
      )
      for (const { id } of (await ask('GET', `/${kind}/tag`)).body.results)
        await ask('DELETE', `/${kind}/tag/${id}`)
      assert.equal((await ask('POST', '/import', archive)).status, 200)
      assert.deepEqual((await ask('GET', '/export')).body, archive)
      for (const either of [kind, other]) {
        for (const { id } of (await ask('GET', `/${either}/tag`)).body.results)
          await ask('DELETE', `/${either}/tag/${id}`)
      }
    }
  })
})
