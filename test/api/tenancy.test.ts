import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('tenancy', () => {
  const running = useSystem()
  const admin = (method: string, path: string, body?: object) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  test('the administrator makes an organisation, a project and a key that reaches only that project', async () => {
    const org = (await admin('POST', '/org', { name: 'Acme' })).body
    const project = (await admin('POST', `/org/${org.id}/project`, { name: 'Web' })).body
    const home = `/org/${org.id}/project/${project.id}`
    const key = (await admin('POST', `${home}/api_key`, { name: 'ci', scopes: ['task:read'] })).body
    const call = (path: string) => running().call('GET', path, undefined, { token: key.token })
    assert.equal((await call(`${home}/task`)).status, 200)
    assert.equal((await call(`${home}/task_run`)).status, 403)
    assert.equal((await call(`${running().project}/task`)).status, 404)
    assert.equal((await admin('POST', '/org', { name: 'Twin', id: org.id })).status, 409)
  })

  test('a secret is shown once, and only its hash is stored', async () => {
    const { project } = running()
    const { token, id } = (await admin('POST', `${project}/api_key`, { name: 'once' })).body
    const listed = (await admin('GET', `${project}/api_key`)).body
    assert.ok(listed.some((key: { id: string }) => key.id === id))
    assert.doesNotMatch(JSON.stringify(listed), new RegExp(token))
    const { redis } = running().core
    for (const key of await redis.keys('*')) {
      const kind = await redis.type(key)
      const held = kind === 'hash' ? await redis.hvals(key) : kind === 'string' ? [await redis.get(key)] : []
      assert.doesNotMatch(`${key} ${held.join(' ')}`, new RegExp(token))
    }
  })

  test('a revoked key and an expired one are refused', async () => {
    const { project } = running()
    const { token, id } = (await admin('POST', `${project}/api_key`, { name: 'short-lived' })).body
    const status = async (of: string) =>
      (await running().call('GET', '/task', undefined, { token: of })).status
    assert.equal(await status(token), 200)
    assert.equal((await admin('POST', `${project}/api_key/${id}/revoke`)).body.revoked, true)
    await until(async () => (await status(token)) === 401)
    const expires = new Date(Date.now() - 1000).toISOString()
    const old = (await admin('POST', `${project}/api_key`, { name: 'old', expires })).body
    assert.equal(await status(old.token), 401)
  })
})
