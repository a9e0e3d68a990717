import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startRedisServer } from '../../src/platform/embedded-redis/redis-server-process.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis } from '../../src/platform/redis/redis.ts'
import { freePorts } from '../support/free-ports.ts'
import { startApiProcess, startProcess, startWorkerProcess } from '../support/processes.ts'
import { testRedisProgram } from '../support/redis.ts'
import { ADMIN_TOKEN, type Cleanup, type System, startSystem, until } from '../support/system.ts'

const PASSWORD = 'marked-redis-password'
const MODEL_KEY = 'sk-marked-model-server-key'
const TOKEN_SECRET = 'marked-token-secret-of-thirty-two-characters'
const INPUT = 'marked-input'
const OUTPUT = 'marked-output'
const GUESS = 'sr_marked-guess-of-a-caller'

/** A Redis that wants a password, on a port; `stop` ends it before its time. */
async function startGuardedRedis(t: Cleanup) {
  const [port = 0] = await freePorts(1)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const server = await startRedisServer({ ...(await testRedisProgram()), dir, address: { port } })
  t.after(async () => {
    await server.stop(0)
    await rm(dir, { recursive: true, force: true })
  })
  await server.ready()
  const connections = connectRedis(`redis://127.0.0.1:${port}`, silentLogger())
  await (await connections.commands('operator')).config('SET', 'requirepass', PASSWORD)
  connections.close()
  return { port, url: `redis://:${PASSWORD}@127.0.0.1:${port}`, stop: () => server.stop(0) }
}

/** A model server that repeats what it was sent, the key too, and fails in messages. */
async function startTellTale(t: Cleanup): Promise<string> {
  let calls = 0
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    calls += 1
    const said = `${request.headers.authorization} ${body}`
    const status = [401, 200, 500, 200, 400][calls % 5] ?? 200
    response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' })
    const message = { role: 'assistant', content: JSON.stringify({ answer: OUTPUT, score: 1 }) }
    response.end(JSON.stringify(status === 200 ? { choices: [{ message }] } : { error: { message: said } }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

test('no secret is in any log line, nor in an answer that is not there to show it', (t) =>
  assertNothingLeaks(t, { serverWords: true }))

test('without the words of model servers, no input or output is in any log line, either', (t) =>
  assertNothingLeaks(t, { serverWords: false }))

/** @param serverWords whether log lines may hold what model servers say of failures, which may repeat an input */
async function assertNothingLeaks(t: TestContext, { serverWords }: { serverWords: boolean }): Promise<void> {
  let redis: Awaited<ReturnType<typeof startGuardedRedis>> | undefined
  const models = {
    OPENAI_BASE_URL: await startTellTale(t),
    OPENAI_API_KEY: MODEL_KEY,
    SPLITRUN_MODELS: 'parrot',
    SPLITRUN_TOKEN_SECRET: TOKEN_SECRET,
    SPLITRUN_LOG_LEVEL: 'trace',
    SPLITRUN_MODEL_ERROR_WORDS: String(serverWords),
    SPLITRUN_SHUTDOWN_GRACE: '0s',
  }
  const system = await startSystem(t, {
    workers: 0,
    env: models,
    redisUrl: async (last) => {
      redis = await startGuardedRedis(last)
      return redis.url
    },
  })
  const [api, worker] = await Promise.all([
    startApiProcess(t, system, models),
    startWorkerProcess(t, system, models),
  ])
  const secrets = [PASSWORD, MODEL_KEY, TOKEN_SECRET, ADMIN_TOKEN, system.token, GUESS]
  const answers: string[] = []
  const ask = askThrough(api.url, answers)

  const { secret: client, token } = await makeClient(system, ask)
  secrets.push(client, token)
  const task = await system.createTask({ llm_model_id: 'parrot' })
  const { body: shown } = await system.call('GET', `/task/${task}`)
  secrets.push(shown.access_token)
  assert.ok(secrets.every((secret) => secret.length >= 16))

  const run = `${system.project}/task/${task}/run`
  const bearers = [system.token, token, shown.access_token, ADMIN_TOKEN, client, GUESS, PASSWORD]
  for (const bearer of bearers) {
    const headers = { authorization: `Bearer ${bearer}` }
    await ask('POST', run, { task_input: { text: INPUT }, reference: INPUT }, headers)
    await ask(
      'POST',
      `${run}?access_token=${bearer}&token=${bearer}`,
      { task_input: {}, token: bearer },
      headers,
    )
    await ask('POST', run, `{"token": "${bearer}", "a": ${bearer}`, headers)
    await ask('POST', run, `<${bearer}>`, { ...headers, 'content-type': 'application/xml' })
    await ask('POST', `${system.project}/api_key`, { name: 'x', secret: bearer }, headers)
    await ask('GET', `/whoami?token=${bearer}`, undefined, headers)
    await ask(
      'POST',
      '/oauth2/token',
      { grant_type: 'client_credentials', client_id: 'x', client_secret: bearer },
      {},
    )
    await ask('GET', '/whoami', undefined, {
      authorization: `Basic ${bearer}`,
      'x-api-key': bearer,
      cookie: bearer,
    })
    await ask('GET', '/whoami', undefined, { authorization: bearer })
  }

  // While its Redis is gone the client of it has most to say.
  await redis?.stop()
  await until(async () => (await fetch(`${api.url}/readyz`)).status === 503)
  await ask('POST', run, { task_input: { text: INPUT } }, { authorization: `Bearer ${system.token}` })
  const locked = await lockedOut(t, system, redis?.url.replace(PASSWORD, `${PASSWORD}-wrong`) ?? '')
  await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])

  const hidden = serverWords ? secrets : [...secrets, INPUT, OUTPUT]
  const logs = { api: api.output(), worker: worker.output(), locked }
  assert.match(logs.api, /"msg":"request"/)
  assert.match(logs.worker, /"msg":"run settled"/)
  for (const [name, text] of Object.entries(logs)) {
    for (const secret of hidden) assert.ok(!text.includes(secret), `${name}: ${secret}`)
  }
  for (const secret of secrets) {
    const found = answers.find((answer) => answer.includes(secret))
    assert.equal(found, undefined)
  }
}

/** Calls an API process and keeps what it answers. */
function askThrough(url: string, answers: string[]) {
  return async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = `${JSON.stringify([...answer.headers])} ${await answer.text()}`
    answers.push(text)
    return text
  }
}

/** An OAuth client and a token of it, by answers that are there to show them. */
async function makeClient(system: System, ask: ReturnType<typeof askThrough>) {
  const made = await system.call('POST', '/oauth_client', { name: 'ci' }, { token: ADMIN_TOKEN })
  const { client_id, client_secret } = made.body
  const answer = await fetch(`${system.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  await ask('GET', `${system.project}/oauth_client`, undefined, { authorization: `Bearer ${ADMIN_TOKEN}` })
  return { secret: client_secret as string, token: access_token }
}

/** What a process says that cannot come in, and ones whose settings are wrong. */
async function lockedOut(t: Cleanup, system: System, url: string): Promise<string> {
  const settings = { REDIS_URL: url, SPLITRUN_DATA_DIR: system.core.config.dataDir }
  const wrong = [
    settings,
    { ...settings, REDIS_URL: `${PASSWORD}@127.0.0.1` },
    { ...settings, REDIS_URL: `redis+sentinel://:${PASSWORD}@127.0.0.1/` },
    { ...settings, OPENAI_BASE_URL: `ftp://${MODEL_KEY}@127.0.0.1` },
  ]
  const said = await Promise.all(
    wrong.map(async (env) => {
      const process = startProcess(t, 'api', { PORT: '0', SPLITRUN_LOG_LEVEL: 'trace', ...env })
      await process.exited
      return process.output()
    }),
  )
  return said.join('\n')
}
