import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { archivedTask, archiveOf } from '../support/archives.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

describe('the alias of a task', () => {
  const running = useSystem({ workers: 0 })
  const aliasOf = async (task: string): Promise<string> =>
    (await running().call('GET', `/task/${task}`)).body.alias
  const change = (task: string, alias: string | null) => running().call('POST', `/task/${task}`, { alias })
  const own = (task: string) => `pmpt_${task.replaceAll('-', '')}`

  test('is made of its id, may be set, and is free again once it is given up', async () => {
    const [first, second] = [await running().createTask(), await running().createTask()]
    assert.equal(await aliasOf(first), own(first))
    assert.equal((await change(first, 'pmpt_one')).body.alias, 'pmpt_one')
    const refused = await change(second, 'pmpt_one')
    assert.deepEqual([refused.status, refused.body.detail.reason], [400, 'DUPLICATE_TASK_ALIAS'])
    await assert.rejects(running().createTask({ alias: 'pmpt_one' }), /DUPLICATE_TASK_ALIAS/)
    assert.equal((await change(first, null)).body.alias, own(first))
    assert.equal((await change(second, 'pmpt_one')).body.alias, 'pmpt_one')
    assert.equal((await running().call('DELETE', `/task/${second}`)).status, 200)
    assert.equal((await change(first, 'pmpt_one')).body.alias, 'pmpt_one')
  })

  test('of another form, or of the id of another task, is refused', async () => {
    const [first, second] = [await running().createTask(), await running().createTask()]
    for (const alias of ['one', 'pmpt_', 'pmpt_a b', `pmpt_${'x'.repeat(121)}`, own(second), '']) {
      assert.equal((await change(first, alias)).status, 422, alias)
    }
    assert.equal((await change(first, `pmpt_${'x'.repeat(120)}`)).status, 200)
    await change(first, null)
    const before = (await running().call('GET', `/task/${first}`)).headers.get('etag')
    assert.equal((await change(first, own(first))).headers.get('etag'), before)
  })

  test('moves with its task to another installation, and is in the way of the same alias there', async () => {
    const [org, project] = [newId(), newId()]
    const importing = (tasks: ReturnType<typeof archivedTask>[]) =>
      running().call('POST', '/import?replace=true', archiveOf({ org, project }, tasks), {
        token: ADMIN_TOKEN,
      })
    const task = { ...archivedTask(), alias: 'pmpt_moved' }
    assert.equal((await importing([task])).status, 200)
    const read = await running().call('GET', `/org/${org}/project/${project}/task/${task.id}`, undefined, {
      token: ADMIN_TOKEN,
    })
    assert.equal(read.body.alias, 'pmpt_moved')
    const same = await importing([{ ...archivedTask(), alias: 'pmpt_moved' }])
    assert.deepEqual([same.status, same.body.detail.reason], [409, 'IMPORT_CONFLICT'])
    const others = await importing([{ ...archivedTask(), alias: own(task.id) }])
    assert.equal(others.status, 409)
    const twice = await importing([1, 2].map(() => ({ ...archivedTask(), alias: 'pmpt_twice' })))
    assert.equal(twice.status, 422)
    const exported = await running().call('GET', `/org/${org}/project/${project}/export`, undefined, {
      token: ADMIN_TOKEN,
    })
    assert.equal(JSON.stringify(exported.body).includes('"alias":"pmpt_moved"'), true)
    const gone = await importing([{ ...task, alias: null }])
    assert.equal(gone.status, 200)
    assert.equal((await importing([{ ...archivedTask(), alias: 'pmpt_moved' }])).status, 200)
  })
})
