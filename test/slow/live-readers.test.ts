import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'
import { EventSource } from 'eventsource'
import { startChromium } from '../support/chromium.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { startNginx } from '../support/nginx.ts'
import { speakModels } from '../support/spoken-model.ts'
import { ADMIN_TOKEN, type Cleanup, until, useSystem } from '../support/system.ts'
import { textOf, watchEvents } from '../support/watch-events.ts'

const WORDS = ['Grüner ', 'Tee 🍵 ', 'und "\0" ', 'Kaffee']

/** Programs of other people read a run. Each word is said only when the one before has been read: nothing holds it back. */
describe('a live run is read by', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t)
    return { env: model.env }
  })
  const post = (t: Cleanup, url: string, task: string) =>
    watchEvents(t, `${url}${system().project}/task/${task}/run`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${system().token}`, 'content-type': 'application/json' },
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
  const textTask = () => system().createTask({ output_modality: 'text', llm_model_id: 'spoken' })
  /** A run that is live though who started it has gone: the path of its events, and the call of its model. */
  async function startRun(t: Cleanup) {
    const task = await textTask()
    const watcher = await post(t, system().url, task)
    watcher.cut()
    const call = await model.next()
    return {
      call,
      path: `${system().project}/task/${task}/run/${watcher.headers.get('x-task-run-id')}/events`,
    }
  }

  test('curl -N', async (t) => {
    const { call, path } = await startRun(t)
    const curl = spawn('curl', [
      '-sN',
      `${system().url}${path}`,
      '-H',
      `Authorization: Bearer ${system().token}`,
    ])
    t.after(() => void curl.kill())
    let text = ''
    curl.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    const ended = new Promise((resolve) => curl.once('close', resolve))
    for (const word of WORDS) {
      call.say(word)
      await until(() => text.includes(`"text":${JSON.stringify(word)}}`))
    }
    call.end()
    assert.equal(await ended, 0)
    assert.match(text, /\nevent: run\.succeeded\nid: end\ndata: \{.*\}\n\n$/)
  })

  test('a client behind nginx with its default buffering, and with compression', async (t) => {
    const url = await startNginx(t, system().url)
    const watcher = await post(t, url, await textTask())
    assert.equal(watcher.status, 200)
    const call = await model.next()
    for (const word of WORDS) {
      call.say(word)
      assert.equal(textOf(await watcher.until(({ event }) => event === 'output.delta')), word)
    }
    call.end()
    assert.equal((await watcher.rest()).at(-1)?.event, 'run.succeeded')
  })

  test("npm's EventSource, which comes again by itself where it was cut off, and stops after the end", async (t) => {
    const proxy = await startCuttingProxy(t, system().url, system().token)
    const { call, path } = await startRun(t)
    const source = new EventSource(`${proxy.url}${path}`)
    t.after(() => source.close())
    let text = ''
    let ends = 0
    source.addEventListener('output.delta', ({ data }) => {
      text += JSON.parse(data).text
    })
    source.addEventListener('run.succeeded', () => {
      ends += 1
    })
    await sayWithCuts(call, () => text, proxy.cut)
    await until(() => source.readyState === EventSource.CLOSED)
    assert.equal(text, WORDS.join(''))
    assert.equal(ends, 1)
    assert.deepEqual(proxy.answers.at(-1), { status: 204, lastEventId: 'end' })
    assert.ok(proxy.answers.length >= 3)
  })

  test("a browser's EventSource, behind a server that adds the token", async (t) => {
    const chromium = await startChromium(t)
    const proxy = await startCuttingProxy(t, system().url, system().token)
    const { call, path } = await startRun(t)
    const page = await chromium.newPage()
    await page.goto(`${proxy.url}/page`)
    await page.evaluate(`
      window.text = ''; window.ends = 0
      window.source = new EventSource(${JSON.stringify(path)})
      source.addEventListener('output.delta', ({ data }) => { window.text += JSON.parse(data).text })
      source.addEventListener('run.succeeded', () => { window.ends += 1 })
    `)
    let text = ''
    const read = async () => {
      text = await page.evaluate<string>('window.text')
      return text
    }
    await sayWithCuts(call, read, proxy.cut)
    await until(async () => (await page.evaluate('source.readyState')) === 2)
    assert.equal(await read(), WORDS.join(''))
    assert.equal(await page.evaluate('window.ends'), 1)
    assert.deepEqual(proxy.answers.at(-1), { status: 204, lastEventId: 'end' })
  })

  test('nobody whose token was revoked, from the next heartbeat on', async (t) => {
    const { call, path } = await startRun(t)
    const created = await system().call(
      'POST',
      '/api_key',
      { name: 'brief', scopes: ['run:read'] },
      { token: ADMIN_TOKEN },
    )
    const headers = { authorization: `Bearer ${created.body.token}` }
    const watcher = await watchEvents(t, `${system().url}${path}`, { headers })
    assert.equal(watcher.status, 200)
    call.say('tea')
    await watcher.until(({ event }) => event === 'output.delta')
    await system().call('POST', `/api_key/${created.body.id}/revoke`, undefined, { token: ADMIN_TOKEN })
    assert.deepEqual(await watcher.rest(), [])
    assert.equal((await watchEvents(t, `${system().url}${path}`, { headers })).status, 401)
    call.end()
  })

  async function sayWithCuts(
    call: Awaited<ReturnType<typeof model.next>>,
    read: () => Promise<string> | string,
    cut: () => void,
  ): Promise<void> {
    let said = ''
    for (const [at, word] of WORDS.entries()) {
      said += word
      call.say(word)
      await until(async () => (await read()) === said)
      if (at === 1) cut()
    }
    call.end()
  }
})
