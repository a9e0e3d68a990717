import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

/** What Chromium and Firefox send where somebody opens an address. */
const BROWSERS = [
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
]
const PROGRAMS = ['', '*/*', 'application/json', 'application/json, text/html', 'text/html;q=0.5, */*']

const SCORES = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
  tone: {
    type: 'category',
    options: ['"><script>alert(1)</script>', "'; & </style>"],
    good: ["'; & </style>"],
  },
}
const [HOSTILE = ''] = SCORES.tone.options

describe('the page of a link for feedback', () => {
  const running = useSystem()
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)

  async function linkTo(query = '', scores: object | null = SCORES) {
    const task = await running().createTask({ scores })
    const { body } = await call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })
    const run = `/task/${task}/run/${body.id}`
    const { url } = (await call('POST', `${run}/feedback_link`, {})).body
    return { task, run, search: new URL(url).search }
  }
  /** As a browser does, through the proxy that holds every answer against the OpenAPI document. */
  async function open(
    search: string,
    { accept = BROWSERS[0] ?? '', form = null as object | null, type = '' } = {},
  ) {
    const body = form && new URLSearchParams(form as Record<string, string>).toString()
    const answer = await fetch(`${running().checkedUrl}/api/v1/feedback${search}`, {
      method: form ? 'POST' : 'GET',
      ...(body === null ? {} : { body }),
      headers: {
        ...(accept === '' ? {} : { accept }),
        ...(form ? { 'content-type': type || 'application/x-www-form-urlencoded' } : {}),
      },
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const isPage = ({ headers }: { headers: Headers }) =>
    (headers.get('content-type') ?? '').startsWith('text/html')
  const saidOf = async (run: string) => {
    const { scores, comment } = (await call('GET', `${run}/feedback`)).body
    const values = Object.entries<{ value: unknown }>(scores).map(([name, { value }]) => [name, value])
    return { ...Object.fromEntries(values), comment }
  }

  test('is for browsers; programs get JSON as ever', async () => {
    const { search } = await linkTo()
    for (const accept of BROWSERS) assert.ok(isPage(await open(search, { accept })), accept)
    for (const accept of PROGRAMS) {
      const answer = await open(search, { accept })
      assert.ok('declared' in JSON.parse(answer.text), accept)
    }
  })

  test('runs nothing, is shown in no other page, stays nowhere, and tells nobody its address', async () => {
    const { search } = await linkTo()
    for (const answer of [await open(search), await open(search, { form: {} }), await open('?token=x')]) {
      const policy = answer.headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; /)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.doesNotMatch(policy, /unsafe/)
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('set-cookie'), null)
      assert.match(answer.headers.get('vary') ?? '', /Accept\b(?!-)/)
      assert.ok(
        !answer.text.includes(search.slice('?token='.length)),
        'the token stands in the address alone',
      )
      assert.doesNotMatch(answer.text, /<script|https?:|<link|<img/i)
    }
  })

  test('takes what its form sends, shows what was said, and takes it back', async () => {
    const { run, search } = await linkTo()
    const sent = {
      'score:helpful': 'false',
      'score:stars': '4',
      'score:tone': JSON.stringify(HOSTILE),
      comment: 'So so.',
    }
    const saved = await open(search, { form: sent })
    assert.equal(saved.status, 200)
    assert.match(saved.text, /role="status">Thank you/)
    assert.deepEqual(await saidOf(run), { helpful: false, stars: 4, tone: HOSTILE, comment: 'So so.' })
    const shown = await open(search)
    assert.equal(shown.text.match(/ checked/g)?.length, 3)
    assert.match(shown.text, /name="score:stars" value="4" checked/)
    assert.doesNotMatch(shown.text, /So so|Thank you/)
    const less = { 'score:helpful': '', 'score:stars': '4', 'score:tone': '', comment: '' }
    assert.equal((await open(search, { form: less })).status, 200)
    assert.deepEqual(await saidOf(run), { helpful: null, stars: 4, tone: null, comment: 'So so.' })
  })

  test('says in words why it takes something not, with the status that programs get', async () => {
    const { task, run, search } = await linkTo()
    const refused: [string, object | null, string, number, RegExp][] = [
      ['?token=made.up.token', null, '', 401, /This link does not work/],
      ['', null, '', 422, /This link does not work/],
      ['?token=made.up.token', { 'score:helpful': 'true' }, '', 401, /This link does not work/],
      [search, { 'score:stars': '9' }, '', 422, /scores stars: no value of this number/],
      [search, { 'score:other': '9' }, '', 422, /scores other: the link is not for this/],
      [search, { 'score:<b>': '9' }, '', 422, /scores &lt;b&gt;: the link is not for this/],
      [search, { 'score:stars': '1', comment: 'x'.repeat(4001) }, '', 422, /comment: /],
      [search, { 'score:stars': '1', comment: 'x'.repeat(70_000) }, '', 413, /larger than/],
      [search, { 'score:stars': '1' }, 'image/png', 415, /Send application\/json/],
    ]
    for (const [address, form, type, status, words] of refused) {
      const answer = await open(address, { form, type })
      assert.deepEqual([answer.status, isPage(answer)], [status, true], `${address} ${JSON.stringify(form)}`)
      assert.match(answer.text, words)
      const forProgram = await open(address, { form, type, accept: 'application/json' })
      assert.ok('detail' in JSON.parse(forProgram.text))
      assert.equal(forProgram.status, status)
    }
    assert.deepEqual(await saidOf(run), { comment: null })
    await call('POST', `/task/${task}`, { scores: null })
    while (!(await open(search)).text.includes('There is nothing to be asked any more')) {
      await call('GET', `/task/${task}`)
    }
  })

  test('takes every comment that fits into its field, whose line breaks browsers send as two characters', async () => {
    const { run, search } = await linkTo()
    const comment = 'x\n'.repeat(2000)
    const form = { 'score:stars': '1', comment: comment.replaceAll('\n', '\r\n') }
    assert.equal((await open(search, { form })).status, 200)
    assert.deepEqual(await saidOf(run), { stars: 1, comment })
  })

  test('asks to come again while the run goes on', async () => {
    const { search } = await linkTo('?wait=0&timeout=600')
    const answer = await open(search, { form: { 'score:helpful': 'true' } })
    // A fast run may have ended already.
    if (answer.status !== 200) assert.deepEqual([answer.status, isPage(answer)], [409, true])
  })
})
