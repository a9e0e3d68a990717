import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, useSystem } from '../support/system.ts'

const SCORES = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
}

describe('links for feedback', () => {
  const running = useSystem()
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)

  async function runOf(fields: object = { scores: SCORES }): Promise<string> {
    const task = await running().createTask({ ...fields })
    const { body } = await call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    return `/task/${task}/run/${body.id}`
  }
  /** Asks without a key, through the proxy that holds every answer against the OpenAPI document. */
  async function byLink(method: string, url: string, body?: object) {
    const { pathname, search } = new URL(url)
    const response = await fetch(running().checkedUrl + pathname + search, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    if (response.ok) assert.equal(response.headers.get('cache-control'), 'no-store')
    const given: Answer['body'] = await response.json()
    return { status: response.status, body: given }
  }
  const linkTo = async (run: string, body: object = {}) =>
    (await call('POST', `${run}/feedback_link`, body)).body

  test('take what they are for, of one run, without a key; the comment stays with those who have one', async () => {
    const run = await runOf()
    const made = await linkTo(run, { scores: ['helpful'], expires_in: 60 })
    assert.deepEqual(made.scores, ['helpful'])
    const lasts = Date.parse(made.expires) - Date.now()
    assert.ok(lasts > 0 && lasts <= 61_000, made.expires)
    const shown = await byLink('GET', made.url)
    assert.deepEqual([shown.body.declared, shown.body.scores], [{ helpful: SCORES.helpful }, {}])
    await call('POST', `${run}/feedback`, { scores: { stars: 2 } })
    const given = await byLink('POST', made.url, { scores: { helpful: false }, comment: 'No.' })
    assert.deepEqual([given.status, given.body], [200, { ...shown.body, scores: { helpful: false } }])
    assert.deepEqual((await byLink('GET', made.url)).body, given.body)
    const { body } = await call('GET', `${run}/feedback`)
    assert.deepEqual([body.scores.helpful.value, body.scores.stars.value, body.comment], [false, 2, 'No.'])
    assert.match(body.scores.helpful.by, /^link:/)
    const other = await byLink('POST', made.url, { scores: { stars: 5 } })
    assert.deepEqual([other.status, other.body.detail[0].loc], [422, ['body', 'scores', 'stars']])
  })

  test('are for all declared scores where none is named, and for declared ones only', async () => {
    assert.deepEqual((await linkTo(await runOf())).scores, ['helpful', 'stars'])
    const run = await runOf()
    for (const body of [
      { scores: ['other'] },
      { scores: ['constructor'] },
      { scores: [] },
      { expires_in: 0 },
    ]) {
      assert.equal((await call('POST', `${run}/feedback_link`, body)).status, 422, JSON.stringify(body))
    }
    assert.equal((await call('POST', `${await runOf({})}/feedback_link`, {})).status, 422)
  })

  test('that are made up, changed, or of another kind of token open nothing', async () => {
    const run = await runOf()
    const { url } = await linkTo(run)
    const token = new URL(url).searchParams.get('token') ?? ''
    const [head, claims, signature] = token.split('.')
    const task = (await call('GET', `/task/${run.split('/')[2]}`)).body
    const forged = Buffer.from(JSON.stringify({ sub: run, scores: ['helpful'] })).toString('base64url')
    const wrong = [
      'x',
      running().token,
      task.access_token,
      `${head}.${forged}.${signature}`,
      `${head}.${claims}.`,
    ]
    for (const each of wrong) {
      for (const method of ['GET', 'POST']) {
        const at = `http://host/api/v1/feedback?token=${encodeURIComponent(each)}`
        const { status, body } = await byLink(method, at, method === 'POST' ? { scores: {} } : undefined)
        assert.deepEqual([status, body.detail.reason], [401, 'UNAUTHENTICATED'])
      }
    }
    // And a link is no key.
    const asKey = await running().call('GET', `${run}/feedback`, undefined, { token })
    assert.equal(asKey.status, 401)
  })
})
