import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allKeys } from '../support/all-keys.ts'
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
    for (const key of await allKeys(redis)) {
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

  test('key:write manages keys and clients of its own project, and grants nothing that it lacks', async () => {
    const { project, createProject, createToken } = running()
    const token = await createToken(['key:write', 'run:read'])
    const call = (method: string, path: string, body?: object) =>
      running().call(method, path, body, { token })
    const lent = await createToken(['task:read', 'task:write', 'run:read', 'run:write'])
    for (const kind of ['api_key', 'oauth_client']) {
      const { body: made, status } = await call('POST', `/${kind}`, { name: 'own', scopes: ['run:read'] })
      assert.deepEqual([status, made.scopes], [200, ['run:read']])
      const one = `/${kind}/${made.id}`
      const { token: _, client_secret: __, ...shown } = made
      assert.deepEqual((await call('GET', one)).body, shown)
      assert.ok((await call('GET', `/${kind}`)).body.some(({ id }: { id: string }) => id === made.id))
      assert.equal((await call('POST', `${one}/rotate`)).status, 200)
      assert.equal((await call('POST', `${one}/revoke`)).body.revoked, true)
      assert.equal((await call('DELETE', one)).status, 200)
      assert.equal((await call('GET', one)).status, 404)
      // Neither what it lacks, nor what is usual where that is more, nor the secret of somebody who has more; and no id.
      const powerful = (await admin('POST', `${project}/${kind}`, { name: 'more' })).body
      const refused = [
        await call('POST', `/${kind}`, { name: 'x', scopes: ['run:read', 'run:write'] }),
        await call('POST', `/${kind}`, { name: 'x' }),
        await call('POST', `/${kind}/${powerful.id}/rotate`),
        await call('POST', `/${kind}`, { name: 'x', scopes: ['run:read'], id: powerful.id }),
        await running().call('GET', `/${kind}`, undefined, { token: lent }),
      ]
      for (const { status: denied, body } of refused) {
        assert.deepEqual([denied, body.detail.reason], [403, 'PERMISSION_CHECK_FAILED'])
      }
      assert.equal((await call('POST', `/${kind}`, { name: 'x', scopes: ['admin'] })).status, 422)
      const foreign = await createProject()
      assert.equal((await call('GET', `${foreign.project}/${kind}`)).status, 404)
      const theirs = (await admin('POST', `${foreign.project}/${kind}`, { name: 'theirs' })).body
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/revoke'],
        ['POST', '/rotate'],
        ['DELETE', ''],
      ] as const) {
        assert.equal((await call(method, `/${kind}/${theirs.id}${path}`)).status, 404)
      }
    }
  })

  test("a project's token sees its own organisation and project, whatever its scopes, and no other", async () => {
    const { project, createProject, createTask, checkedUrl } = running()
    const [, , org, , own] = project.split('/')
    const foreign = await createProject()
    const [, , foreignOrg] = foreign.project.split('/')
    const oauth = (await admin('POST', `${project}/oauth_client`, { name: 'ci', scopes: ['run:read'] })).body
    const granted = await fetch(`${checkedUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', ...oauth, scope: 'run:read' }),
    })
    const { access_token } = (await granted.json()) as { access_token: string }
    for (const token of [await running().createToken(['run:write']), access_token]) {
      const see = async (path: string) => {
        const { status, body } = await running().call('GET', path, undefined, { token })
        return [status, body]
      }
      const organisation = (await admin('GET', `/org/${org}`)).body
      const shown = (await admin('GET', project)).body
      assert.deepEqual([organisation.id, shown.id, shown.org_id], [org, own, org])
      assert.deepEqual(await see(`/org/${org}`), [200, organisation])
      assert.deepEqual(await see(project), [200, shown])
      const only = (results: object[]) => ({
        results,
        pagination: { next_cursor: null, has_next: false, page_limit: 100 },
      })
      assert.deepEqual(await see('/org'), [200, only([organisation])])
      assert.deepEqual(await see(`/org?cursor=${org}`), [200, only([])])
      assert.deepEqual(await see(`/org/${org}/project`), [200, only([shown])])
      const absent = '00000000-0000-7000-8000-000000000000'
      for (const [theirs, none] of [
        [`/org/${foreignOrg}`, `/org/${absent}`],
        [`/org/${foreignOrg}/project`, `/org/${absent}/project`],
        [foreign.project, `/org/${absent}/project/${absent}`],
        [`/org/${foreignOrg}/project/${own}`, `/org/${absent}/project/${own}`],
      ] as const) {
        const seen = await see(theirs)
        assert.equal(seen[0], 404, theirs)
        assert.deepEqual(seen, await see(none))
      }
      const write = await running().call('POST', `/org/${org}/project`, { name: 'mine' }, { token })
      assert.equal(write.status, 403)
    }
    const task = (await running().call('GET', `/task/${await createTask()}`)).body.access_token
    for (const path of ['/org', `/org/${org}`, `/org/${org}/project`, project]) {
      assert.equal((await running().call('GET', path, undefined, { token: task })).status, 403, path)
    }
  })

  test('the administrator pages through all organisations, and through the projects of one', async () => {
    const org = (await admin('POST', '/org', { name: 'Paged' })).body
    const made = []
    for (const name of ['a', 'b', 'c']) {
      made.unshift((await admin('POST', `/org/${org.id}/project`, { name })).body)
    }
    const paged = async (path: string) => {
      const found = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body } = await admin('GET', `${path}?page_limit=2${cursor && `&cursor=${cursor}`}`)
        assert.ok(body.results.length <= 2)
        assert.equal(body.pagination.has_next, body.pagination.next_cursor !== null)
        found.push(...body.results)
        cursor = body.pagination.next_cursor
      }
      return found
    }
    assert.deepEqual(await paged(`/org/${org.id}/project`), made)
    const all = await paged('/org')
    assert.deepEqual(all, (await admin('GET', '/org')).body.results)
    assert.ok(all.some(({ id }) => id === org.id))
    assert.equal((await admin('GET', '/org/00000000-0000-7000-8000-000000000000/project')).status, 404)
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
