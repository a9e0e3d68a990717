import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { newId } from '../../src/platform/ids.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

const STARTS_RUNS = ['createChatCompletion', 'createResponse', 'runTask']

describe('an Idempotency-Key', () => {
  const running = useSystem()
  const send = (method: string, path: string, body?: unknown, token = ADMIN_TOKEN) =>
    running().call(method, path, body, { token, headers: { 'idempotency-key': newId() } })

  test('is acted on by what starts runs, and named as ignored by all else that changes something', async () => {
    const { core, project, token } = running()
    const [, , org = '', , id = ''] = project.split('/')
    const declaring: string[] = []
    for (const { method, path, scope, operation, headers } of declareEndpoints(core.config)) {
      const isKnown = headers !== undefined && 'idempotency-key' in headers.shape
      if (isKnown) declaring.push(operation)
      const asked = path
        .replace(':org_id', org)
        .replace(':project_id', id)
        .replace(':seq', '1')
        .replaceAll(/:\w+/g, newId())
        .replace(/^\/feedback$/, '/feedback?token=none')
      if (method === 'get') continue
      const isAdmins = ['admin', 'key:write'].includes(scope)
      const answer = await fetch(running().checkedUrl + asked, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${isAdmins ? ADMIN_TOKEN : token}`, 'idempotency-key': newId() },
      })
      const isNamed = answer.headers.get('x-ignored-fields')?.includes('idempotency-key') ?? false
      assert.equal(isNamed, !isKnown, `${operation} ${answer.status}`)
    }
    assert.deepEqual(declaring.sort(), STARTS_RUNS)
    // To read twice is to read once.
    assert.equal((await send('GET', `${project}/task`)).headers.get('x-ignored-fields'), null)
  })

  test('is named beside what else is ignored', async () => {
    const answer = await send('POST', `${running().project}/task/tag`, { name: 'one', colour: 'red' })
    assert.deepEqual(
      [answer.status, answer.headers.get('x-ignored-fields')],
      [200, 'idempotency-key, colour'],
    )
  })

  test('is not needed where what is made has a name or an id of its own: the second is refused', async () => {
    const { project } = running()
    const org = newId()
    const task = { name: 'once', enabled: true, system_prompt: 's', user_prompt: '{text}' }
    const text = { output_modality: 'text', llm_model_id: 'simulated-large' }
    const made: [path: string, body: object, status: number, reason: string][] = [
      ['/org', { name: 'Acme', id: org }, 409, 'ID_CONFLICT'],
      [`/org/${org}/project`, { name: 'Web', id: newId() }, 409, 'ID_CONFLICT'],
      [`${project}/api_key`, { name: 'ci', id: newId() }, 409, 'ID_CONFLICT'],
      [`${project}/oauth_client`, { name: 'ci', id: newId() }, 409, 'ID_CONFLICT'],
      [`${project}/task`, { ...task, ...text }, 400, 'DUPLICATE_TASK_NAME'],
      [`${project}/task/tag`, { name: 'twice' }, 400, 'DUPLICATE_TAG_NAME'],
    ]
    for (const [path, body, status, reason] of made) {
      assert.equal((await send('POST', path, body)).status, 200, path)
      const again = await send('POST', path, body)
      assert.deepEqual([again.status, again.body.detail.reason], [status, reason], path)
    }
  })
})
