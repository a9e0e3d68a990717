import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startLimitedServer } from '../support/limited-server.ts'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { ADMIN_TOKEN, startSystem, until } from '../support/system.ts'

const PROCESSES = 4
const CALLS = 200
/** Millionths that a token costs. */
const PRICE = 50

test('a hard budget of a dollar is never exceeded by four processes of two hundred calls at once, and one of them killed', {
  timeout: 240_000,
}, async (t) => {
  const server = await startLimitedServer(t, {
    latencyMs: 100,
    uses: (call) => ({ input: 30 + (call % 7), output: 20 + ((call * 7) % 40) }),
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-budgets-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const price = { input: PRICE, output: PRICE }
  const models = [{ name: 'dear', server: 's', price }]
  await writeFile(file, JSON.stringify({ servers: { s: { base_url: server.url } }, models }))
  const env = {
    ...{ SPLITRUN_MODELS_FILE: file, SPLITRUN_JANITOR_INTERVAL: '1s' },
    ...{ SPLITRUN_LOCK_DURATION: '3s', SPLITRUN_STALLED_INTERVAL: '1s' },
  }
  const system = await startSystem(t, { workers: 0, env })
  const each = Array.from({ length: PROCESSES }, (_, at) => at)
  const workers = await Promise.all(each.map(() => startWorkerProcess(t, system, env)))
  const apis = await Promise.all(each.map(() => startApiProcess(t, system, env)))
  const task = await system.createTask({ llm_model_id: 'dear', llm_config: { max_tokens: 60 } })
  const budgets = [{ name: 'dollar', credits: 1, per: 'month', mode: 'hard' }]
  const set = await system.call('POST', `${system.project}/budget`, { budgets }, { token: ADMIN_TOKEN })
  assert.equal(set.status, 200)
  // No process has asked for the budgets of this project before: each reads them when its first call comes.

  const call = async (url: string) => {
    const answer = await fetch(`${url}/api/v1${system.project}/task/${task}/run?wait=120`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task_input: { text: 'rain' } }),
    })
    const body = (await answer.json()) as { detail?: { reason: string }; total_tokens?: number }
    return { status: answer.status, reason: body.detail?.reason, tokens: body.total_tokens ?? 0 }
  }
  const answers = Promise.all(apis.flatMap(({ url }) => Array.from({ length: CALLS }, () => call(url))))
  await until(() => server.seen.served >= 20)
  await workers[0]?.stop('SIGKILL')
  const seen = await answers
  const outcomes = new Set(seen.map(({ status, reason }) => `${status} ${reason ?? ''}`.trim()))
  assert.deepEqual([...outcomes].sort(), ['200', '429 BUDGET_EXCEEDED'])
  const told = seen.reduce((sum, { tokens }) => sum + tokens * PRICE, 0)
  assert.ok(server.seen.tokens * PRICE <= 1_000_000, `the server counts ${server.seen.tokens * PRICE}`)
  assert.ok(told <= server.seen.tokens * PRICE, `callers were told of ${told}`)
  const usage = async () => (await system.call('GET', '/budget')).body.usage[0]
  await until(async () => (await usage()).spent === (told / 1e6).toFixed(6))
  await until(async () => (await usage()).held === '0.000000')
  const lost = Number((await usage()).lost) * 1e6
  assert.ok(server.seen.tokens * PRICE <= told + lost, 'what nobody was told of is known to be lost')
  assert.ok(told + lost > 900_000 && told + lost <= 1_000_000, `${told} spent, ${lost} lost`)
  t.diagnostic(
    `${server.seen.served} calls of ${seen.length} served, ${told} of 1000000 millionths spent, ${lost} lost`,
  )
})
