import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { OWN_PAGE, signIn } from '../support/console/session.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

const FRIEND = 'https://friend.example'
const EVIL = 'https://evil.example'

/** What a browser can be brought to send with the administrator's cookie by a page that is none of ours. */
const FORGERIES: Readonly<Record<string, Record<string, string>>> = {
  'a form elsewhere': { origin: EVIL, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  'a form elsewhere, over plain HTTP': { origin: EVIL },
  'a page at another port of the host': { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
  'a page at another port, over plain HTTP': { origin: 'http://127.0.0.1:1' },
  'a frame without an origin': { origin: 'null', 'sec-fetch-site': 'cross-site' },
  'a frame without an origin, over plain HTTP': { origin: 'null' },
  'an image elsewhere': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  'an image elsewhere, over plain HTTP': { referer: `${EVIL}/` },
  'a link, or an address that was typed': { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
  'a script of an origin that may call': { origin: FRIEND, 'sec-fetch-site': 'cross-site' },
  'the same with our header': { origin: FRIEND, 'x-splitrun-console': '1' },
}
/** Bodies that need no leave of ours to be sent. */
const SIMPLE = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']

/** Endpoints that ask for no caller, and so give a cookie nothing. */
const OPEN_WRITES = [
  'delete /console/session',
  'post /console/session',
  'post /feedback',
  'post /oauth2/token',
]

describe('with the administrator’s cookie, a page of another origin', () => {
  const running = useSystem({ env: { SPLITRUN_CORS_ORIGINS: FRIEND } })
  const endpoints = () => declareEndpoints(running().core.config)
  const writes = ({ method }: { method: string }) => method !== 'get'

  /** Every endpoint with the ids of what is there, and its addresses: below both mounts where it has two. */
  function* addresses(task: string) {
    const [, , org = '', , project = ''] = running().project.split('/')
    const ids: Record<string, string> = { org_id: org, project_id: project, task_id: task }
    for (const declared of endpoints()) {
      const path = declared.path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? task)
      const mounts = declared.door ? [''] : ['', '/api/v1']
      yield { declared, urls: mounts.map((mount) => `${running().url}${mount}${path}`) }
    }
  }

  test('calls no endpoint that asks who calls, whatever it writes into the request', async () => {
    const { cookie } = await signIn(running())
    const task = await running().createTask()
    const before = await running().call('GET', `/task/${task}`)
    const asking = [...addresses(task)].filter(({ declared }) => declared.scope !== 'open')
    let walked = 0
    for (const { declared, urls } of asking) {
      const method = declared.method.toUpperCase()
      const forgeries = Object.entries(FORGERIES)
      if (writes(declared)) forgeries.push(['a form of our own page, without the header', OWN_PAGE])
      for (const [what, headers] of forgeries) {
        // Neither the mount nor which of the simple bodies it is makes a difference to who is asked: one each is enough.
        const url = urls[walked % urls.length] ?? ''
        const type = writes(declared) ? { 'content-type': SIMPLE[walked % SIMPLE.length] ?? '' } : {}
        const answer = await fetch(url, { method, headers: { cookie, ...headers, ...type } })
        await answer.body?.cancel()
        assert.equal(answer.status, 401, `${method} ${url} by ${what}`)
        assert.equal(answer.headers.get('access-control-allow-credentials'), null)
        walked += 1
      }
    }
    assert.ok(walked >= asking.length * Object.keys(FORGERIES).length && walked > 500, String(walked))
    const after = await running().call('GET', `/task/${task}`)
    assert.deepEqual(after.body, before.body)
    assert.equal(after.headers.get('etag'), before.headers.get('etag'))
  })

  test('is given nothing by endpoints that ask for no caller: these, and each for itself', async () => {
    const open = endpoints().filter((each) => each.scope === 'open' && writes(each))
    const names = open.map(({ method, path }) => `${method} ${path}`).sort()
    assert.deepEqual(names, OPEN_WRITES)
    const { cookie } = await signIn(running())
    for (const [what, headers] of Object.entries(FORGERIES)) {
      for (const method of ['POST', 'DELETE']) {
        const answer = await fetch(`${running().url}/console/session`, {
          method,
          headers: { cookie, 'content-type': 'application/json', ...headers },
          ...(method === 'POST' ? { body: JSON.stringify({ key: ADMIN_TOKEN }) } : {}),
        })
        // Without an origin it is a program that shows the key itself, or an address that was typed.
        if (method === 'POST' && !('origin' in headers) && !('sec-fetch-site' in headers)) continue
        assert.equal(answer.status, 401, `${method} by ${what}`)
        assert.equal(answer.headers.get('set-cookie'), null, what)
      }
    }
    const mine = { cookie, ...OWN_PAGE }
    assert.equal((await fetch(`${running().url}/console/session`, { headers: mine })).status, 200)
  })

  test('is let send no cookie by CORS', async () => {
    const task = await running().createTask()
    for (const { declared, urls } of addresses(task)) {
      for (const url of urls) {
        const answer = await fetch(url, {
          method: 'OPTIONS',
          headers: {
            origin: FRIEND,
            'access-control-request-method': declared.method.toUpperCase(),
            'access-control-request-headers': 'x-splitrun-console,content-type',
          },
        })
        assert.equal(answer.headers.get('access-control-allow-credentials'), null, url)
      }
    }
  })
})
