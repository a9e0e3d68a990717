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

  test('a key gets a new secret, which ends the old one, or is deleted; times are in UTC', async () => {
    const { project } = running()
    const status = async (token: string) =>
      (await running().call('GET', '/task', undefined, { token })).status
    const expires = '2100-01-01T01:00:00+01:00'
    const key = (await admin('POST', `${project}/api_key`, { name: 'long-lived', expires })).body
    assert.equal(key.expires, '2100-01-01T00:00:00.000Z')
    const rotated = (await admin('POST', `${project}/api_key/${key.id}/rotate`)).body
    assert.deepEqual({ ...rotated, token: key.token }, key)
    assert.equal(await status(rotated.token), 200)
    await until(async () => (await status(key.token)) === 401)
    const { token: _, ...shown } = rotated
    assert.deepEqual((await admin('DELETE', `${project}/api_key/${key.id}`)).body, shown)
    await until(async () => (await status(rotated.token)) === 401)
    assert.equal((await admin('POST', `${project}/api_key/${key.id}/rotate`)).status, 404)
  })

  test('a revocation is not undone by a rotation at the same moment', async () => {
    const { project } = running()
    const { id } = (await admin('POST', `${project}/api_key`, { name: 'busy' })).body
    const path = `${project}/api_key/${id}`
    const rotate = () => admin('POST', `${path}/rotate`)
    await Promise.all([rotate(), rotate(), admin('POST', `${path}/revoke`), rotate(), rotate()])
    const listed = (await admin('GET', `${project}/api_key`)).body
    assert.equal(listed.find((key: { id: string }) => key.id === id).revoked, true)
  })

  test('every kind of token says who it is', async () => {
    const whoami = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${running().checkedUrl}/whoami`, { headers })
      return ((await answer.json()) as { client: { id: string } }).client
    }
    const [org_id, project_id] = running()
      .project.split('/')
      .filter((part) => part.length === 36)
    const { id: _, ...key } = await whoami(running().token)
    const scopes = ['task:read', 'task:write', 'run:read', 'run:write']
    assert.deepEqual(key, { kind: 'api_key', name: 'test', org_id, project_id, task_id: null, scopes })
    const nothing = { name: null, org_id: null, project_id: null, task_id: null }
    assert.deepEqual(await whoami(ADMIN_TOKEN), { kind: 'admin', id: 'admin', ...nothing, scopes: ['admin'] })
  })
})
