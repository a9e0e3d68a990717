import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { describeApi } from '../../src/http/openapi/openapi.ts'
import { startRedoclyProxy } from '../support/redocly-proxy.ts'
import { ADMIN_TOKEN, startSystem } from '../support/system.ts'

test('a standard proxy between a client and the server finds no answer that is not as published', async (t) => {
  const system = await startSystem(t, { model: { latencyMs: 20 } })
  const proxy = await startRedoclyProxy(t, system.url, describeApi(declareEndpoints(system.core.config)))
  const call = async (method: string, path: string, body?: object, token = system.token) => {
    const json = body !== undefined && !(body instanceof FormData)
    const answer = await fetch(`${proxy.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(json ? { 'content-type': 'application/json' } : {}) },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    }
  }
  const P = system.project
  const input = { task_input: { text: 'tea' } }
  const task = await system.createTask()
  const photo = await system.createTask({ image_required: true, user_prompt: 'Describe it.' })
  const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  const form = new FormData()
  form.append('task_file', new Blob([new Uint8Array(image)]), 'photo.png')

  for (const path of ['/model', '/task', `/task/${task}`, '/task_run']) {
    assert.equal((await call('GET', P + path)).status, 200, path)
  }
  const run = await call('POST', `${P}/task/${task}/run`, input)
  assert.equal(run.status, 200)
  const started = await call('POST', `${P}/task/${task}/run?wait=0`, input)
  assert.equal(started.status, 202)
  assert.equal((await call('GET', `${P}/task/${task}/run/${started.body.id}?wait=30`)).body.done, true)
  assert.equal((await call('POST', `${P}/task/${task}/run/${started.body.id}/cancel`)).status, 200)
  const pictured = await call('POST', `${P}/task/${photo}/run`, form)
  assert.equal(pictured.status, 200)
  const file = `${P}/task/${photo}/run/${pictured.body.id}/file/${pictured.body.files[0]}`
  assert.equal((await call('GET', file)).status, 200)
  assert.equal((await call('POST', `${P}/task/${task}`, { description: 'changed' })).status, 200)
  assert.equal((await call('POST', `${P}/task/${task}/run`, {})).status, 422)
  assert.equal((await call('GET', `${P}/task/${task}`, undefined, 'unknown')).status, 401)
  assert.equal((await call('GET', `${P}/api_key`)).status, 403)
  assert.equal((await call('GET', `${P}/api_key`, undefined, ADMIN_TOKEN)).status, 200)
  assert.equal((await call('DELETE', `${P}/task/${task}`)).status, 200)
  assert.equal((await call('GET', `${P}/task/${task}`)).status, 404)
  for (const path of ['/whoami', '/healthz', '/readyz', '/openapi.json'])
    assert.equal((await call('GET', path)).status, 200)

  const { run: summary, problems } = await proxy.report()
  assert.equal(summary.totalExchanges, 21)
  assert.equal(summary.undocumentedExchanges, 0)
  const told = problems.map(
    ({ target, method, path, status, message }) => `${target} ${method} ${path} ${status}: ${message}`,
  )
  assert.deepEqual(told, [])
})
