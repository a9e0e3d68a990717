import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { generate } from 'selfsigned'
import { type Answer, chatPeer, chunk } from '../support/chat-peer.ts'
import { startWorkerProcess } from '../support/processes.ts'
import { chatCompletion } from '../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'
import { startTinyproxy } from '../support/tinyproxy.ts'

/** Of this machine, and not among the names that are never reached through a proxy. */
const HOST = '127.0.0.2'
const GOOD = '{"answer": "yes", "score": 1}'
/** So much longer than between two parts of an answer, that a busy machine does not seem silent. */
const SILENT_SECONDS = 8

const answers: Answer = async ({ body }, response) => {
  if (body['model'] === 'silent') return
  if (body['model'] !== 'long') return response.end(JSON.stringify(chatCompletion(GOOD)))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  // Longer than the proxy lets a silent connection live.
  for (let part = 0; part < 30; part += 1) {
    response.write(chunk({ content: part === 0 ? GOOD : ' ' }))
    await new Promise((resolve) => setTimeout(resolve, SILENT_SECONDS * 50))
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
}

describe('model servers behind a proxy of the environment', () => {
  let plain: Awaited<ReturnType<typeof chatPeer>>
  let secure: typeof plain
  let file = ''
  async function start(t: Cleanup) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: HOST }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: HOST }] }],
    })
    plain = await chatPeer(t, answers, undefined, HOST)
    const make = ((handler: never) => createTlsServer({ key, cert }, handler)) as never
    secure = await chatPeer(t, answers, make, HOST)
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-proxies-'))
    t.after(() => rm(dir, { recursive: true }))
    const ca_file = join(dir, 'ca.pem')
    await writeFile(ca_file, cert)
    file = join(dir, 'models.json')
    const servers = {
      plain: { base_url: plain.baseUrl },
      secure: { base_url: `https://${HOST}:${secure.port}/v1`, ca_file },
      straight: { base_url: plain.baseUrl, proxy: 'none' },
    }
    const models = [
      ...Object.keys(servers).map((name) => ({ name, server: name })),
      { name: 'silent', server: 'plain' },
      { name: 'long', server: 'plain', stream: 'always' },
    ]
    await writeFile(file, JSON.stringify({ servers, models }))
    return { workers: 0, env: { SPLITRUN_MODELS_FILE: file } }
  }
  const system = useSystem(start)

  /** Runs a task on this model with a worker that has these variables, and stops it. */
  async function runWith(t: Cleanup, model: string, env: Record<string, string>) {
    const settings = { SPLITRUN_MODELS_FILE: file, SPLITRUN_MODEL_ATTEMPTS: '1', ...env }
    const worker = await startWorkerProcess(t, system(), settings)
    const id = await system().createTask({ llm_model_id: model })
    const answer = await system().call('POST', `/task/${id}/run`, { task_input: { text: 'rain' } })
    await worker.stop('SIGTERM')
    return { status: answer.status, body: answer.body, log: worker.output() }
  }
  const via = () => plain.seen.at(-1)?.request.headers['via']

  test('HTTP_PROXY and HTTPS_PROXY stand before their kinds of servers, in either letter case', async (t) => {
    const proxy = await startTinyproxy(t)
    for (const name of ['HTTP_PROXY', 'http_proxy']) {
      assert.equal((await runWith(t, 'plain', { [name]: proxy.url })).status, 200)
      assert.match(String(via()), /tinyproxy/)
      assert.equal(plain.seen.at(-1)?.request.headers['proxy-authorization'], undefined)
    }
    assert.equal((await runWith(t, 'secure', { HTTPS_PROXY: proxy.url })).status, 200)
    assert.match(proxy.log(), new RegExp(`CONNECT ${HOST}:${secure.port}`))
    const tunnels = proxy.log().split(`CONNECT ${HOST}`).length
    assert.equal((await runWith(t, 'secure', { HTTP_PROXY: proxy.url })).status, 200)
    assert.equal(proxy.log().split(`CONNECT ${HOST}`).length, tunnels)
  })

  test('NO_PROXY and "none" go straight, by host, port and pattern', async (t) => {
    const proxy = await startTinyproxy(t)
    for (const [model, except] of [
      ['plain', HOST],
      ['plain', `elsewhere.example, ${HOST}:${plain.port}`],
      ['plain', '*'],
      ['straight', ''],
    ] as const) {
      assert.equal((await runWith(t, model, { HTTP_PROXY: proxy.url, NO_PROXY: except })).status, 200)
      assert.equal(via(), undefined)
    }
    assert.equal(
      (await runWith(t, 'plain', { HTTP_PROXY: proxy.url, NO_PROXY: 'elsewhere.example' })).status,
      200,
    )
    assert.match(String(via()), /tinyproxy/)
  })

  test('a proxy that does not let this service through is told as what it is', async (t) => {
    const proxy = await startTinyproxy(t)
    for (const [model, variable] of [
      ['plain', 'HTTP_PROXY'],
      ['secure', 'HTTPS_PROXY'],
    ] as const) {
      const { status, body, log } = await runWith(t, model, { [variable]: `http://${proxy.host}` })
      assert.deepEqual([status, body.detail.reason], [502, 'MODEL_ERROR'])
      assert.match(log, /its proxy did not let it through: 407/)
      assert.equal(body.detail.run.attempts[0].code, 'PROXY_407')
      assert.equal(body.detail.run.possible_credits, '0.00')
    }
  })

  test('an answer that comes as a stream lives behind a proxy that cuts what is silent', async (t) => {
    const proxy = await startTinyproxy(t, { silentSeconds: SILENT_SECONDS })
    const env = { HTTP_PROXY: proxy.url }
    const silent = await runWith(t, 'silent', env)
    assert.equal(silent.status, 502)
    const [attempt] = silent.body.detail.run.attempts
    assert.equal(attempt.outcome, 'connection', JSON.stringify(attempt))
    const long = await runWith(t, 'long', env)
    assert.deepEqual([long.status, long.body.response], [200, { answer: 'yes', score: 1 }])
    assert.match(String(via()), /tinyproxy/)
  })
})
