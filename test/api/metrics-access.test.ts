import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeApi, declareEndpoints } from '../../src/compose/compose-api.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

const METRICS_TOKEN = 'the-tests-prometheus'

const ask = (url: string, token?: string) =>
  fetch(url, token ? { headers: { authorization: `Bearer ${token}` } } : {})

describe('/metrics of the whole installation with a token', () => {
  const running = useSystem({
    workers: 0,
    env: { SPLITRUN_METRICS_TOKEN: METRICS_TOKEN, SPLITRUN_METRICS_PORT: '0' },
  })

  test('is for those who bring it, and for nobody else, on either port', async () => {
    const { checkedUrl, token, core } = running()
    const { processPort } = await composeApi(core)
    const urls = ['/metrics', '/api/v1/metrics'].map((path) => checkedUrl + path)
    for (const url of [...urls, `http://127.0.0.1:${processPort}/metrics/fleet`]) {
      for (const wrong of [undefined, 'x', `${METRICS_TOKEN}x`, token, ADMIN_TOKEN]) {
        const answer = await ask(url, wrong)
        assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, 'Bearer'])
        assert.doesNotMatch(await answer.text(), /splitrun_/)
      }
      const answer = await ask(url, METRICS_TOKEN)
      assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
      assert.match(await answer.text(), /^# TYPE splitrun_task_info gauge$/m)
    }
    // What a process says of itself names no tenant.
    assert.equal((await ask(`http://127.0.0.1:${processPort}/metrics`)).status, 200)
    // And the token opens nothing else.
    assert.equal((await running().call('GET', '/task', undefined, { token: METRICS_TOKEN })).status, 401)
  })
})

describe('/metrics of the whole installation off the public port', () => {
  const running = useSystem({
    workers: 0,
    env: { SPLITRUN_METRICS_PUBLIC: 'false', SPLITRUN_METRICS_PORT: '0', SPLITRUN_METRICS_CACHE: '0s' },
  })

  test('is on the port of the process alone, and in no document', async () => {
    const { url, core } = running()
    const { processPort } = await composeApi(core)
    for (const path of ['/metrics', '/api/v1/metrics', '/metrics/fleet']) {
      assert.equal((await ask(url + path)).status, 404)
    }
    const fleet = await (await ask(`http://127.0.0.1:${processPort}/metrics/fleet`)).text()
    assert.match(fleet, /^# TYPE splitrun_task_info gauge$/m)
    assert.ok(declareEndpoints(core.config).every(({ path }) => path !== '/metrics'))
    await running().redis.kill()
    assert.equal((await ask(`http://127.0.0.1:${processPort}/metrics/fleet`)).status, 503)
  })
})
