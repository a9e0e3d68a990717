import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LimitedServerOptions, startLimitedServer } from '../support/limited-server.ts'
import { type Cleanup, startSystem, until } from '../support/system.ts'

/** A system whose only model stands at a server with such limits, and with these in its models file. */
async function startLimited(
  t: Cleanup,
  server: LimitedServerOptions,
  { limits, ofServer, workers = 2 }: { limits?: unknown; ofServer?: unknown; workers?: number },
  env: Record<string, string> = {},
) {
  const limited = await startLimitedServer(t, server)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-limits-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const servers = { s: { base_url: limited.url, ...(ofServer ? { limits: ofServer } : {}) } }
  const models = [{ name: 'limited', server: 's', ...(limits ? { limits } : {}) }]
  await writeFile(file, JSON.stringify({ servers, models }))
  const system = await startSystem(t, { env: { SPLITRUN_MODELS_FILE: file, ...env }, workers })
  const task = await system.createTask({ llm_model_id: 'limited' })
  const run = (query = '', text = 'rain', token?: string) =>
    system.call('POST', `/task/${task}/run${query}`, { task_input: { text } }, token ? { token } : {})
  return { ...system, system, limited, task, run }
}

test('a fleet keeps a limit of calls in flight, and every run is served', async (t) => {
  const { limited, run } = await startLimited(
    t,
    { concurrent: 3, latencyMs: 30 },
    { limits: { concurrent: 3 } },
  )
  const answers = await Promise.all(Array.from({ length: 40 }, () => run('?wait=60')))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.deepEqual([limited.seen.refused, limited.seen.mostInFlight], [0, 3])
})

test('runs that wait for a rate are never answered 429: they show what they wait for, and for how long they did', async (t) => {
  const { limited, run, system, task } = await startLimited(
    t,
    { requests: 60 },
    { ofServer: { requests_per_minute: 60 } },
  )
  await Promise.all(Array.from({ length: 59 }, () => run('?wait=30')))
  // What filled up again while a busy machine did that.
  await until(async () => (await run('?on_limit=fail')).status === 429)
  const submitted = (await run('?wait=0')).body
  let shown = submitted
  await until(async () => {
    shown = (await system.call('GET', `/task/${task}/run/${submitted.id}`)).body
    return shown.waiting_on !== null || shown.done
  })
  assert.equal(shown.status, 'queued')
  const { until: opens, ...waiting } = shown.waiting_on
  assert.deepEqual(waiting, { type: 'server', name: 's', limit: 'requests_per_minute' })
  assert.ok(Date.parse(opens) > Date.parse(submitted.created))
  const listed = (await system.call('GET', `/task/${task}/run?fields=summary&status=queued`)).body.results
  assert.ok(listed.every(({ waiting_on }: { waiting_on: unknown }) => waiting_on))
  const [{ left, ...limit }] = (await system.call('GET', '/queue')).body.limits
  assert.deepEqual(limit, { type: 'server', name: 's', limit: 'requests_per_minute', most: 60 })
  assert.ok(left < 60)
  const answers = await Promise.all([run('?wait=60'), run('?wait=60'), run('?wait=60')])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal(limited.seen.refused, 0)
  const { timings, waiting_on, attempts } = answers[2]?.body ?? {}
  assert.equal(waiting_on, null)
  assert.ok(timings.waiting_on_limit > 0, JSON.stringify(timings))
  assert.ok(
    timings.queued + timings.waiting_on_limit + timings.model <= timings.total + 50,
    JSON.stringify(timings),
  )
  assert.equal(attempts.length, 1)
})

test('a caller who does not want to wait is told 429, when to come again, and which limit it is', async (t) => {
  // So few that none comes back while this is tried.
  const { run } = await startLimited(t, { requests: 1 }, { limits: { requests_per_minute: 1 } })
  let refused = await run('?on_limit=fail')
  while (refused.status === 200) refused = await run('?on_limit=fail')
  assert.equal(refused.status, 429)
  assert.equal(refused.body.detail.reason, 'RATE_LIMITED')
  assert.equal(refused.body.detail.retryable, true)
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  for (const again of ['?on_limit=fail', '?on_limit=fail&wait=30', '?on_limit=fail']) {
    const { status, body } = await run(again)
    assert.deepEqual([status, body.detail?.reason], [429, 'RATE_LIMITED'])
  }
})

test('a first run is served whatever the limit, and what somebody waits for goes before what nobody does', async (t) => {
  const { limited, run } = await startLimited(
    t,
    { tokens: 1200, uses: () => ({ input: 10, output: 10 }) },
    { limits: { tokens_per_minute: 1200 } },
    { SPLITRUN_LANE_WINDOW: '500' },
  )
  const batch = await Promise.all(Array.from({ length: 80 }, (_, at) => run('?wait=0', `batch ${at}`)))
  assert.ok(batch.every(({ status }) => status === 202))
  await until(() => limited.seen.served > 0)
  const waited = await run('?wait=60', 'asked')
  assert.equal(waited.status, 200)
  assert.ok(limited.seen.served < 81, 'it did not wait for all that nobody waits for')
})

test('runs of two projects on one limited model are served in turn', async (t) => {
  const { limited, run, system } = await startLimited(
    t,
    { concurrent: 1, latencyMs: 15 },
    { limits: { concurrent: 1 } },
    { SPLITRUN_LANE_WINDOW: '4' },
  )
  const other = await system.createProject()
  const made = await system.call(
    'POST',
    `${other.project}/task`,
    {
      ...{ name: 'other', enabled: true, system_prompt: 'You answer.', user_prompt: 'About {text}.' },
      ...{ llm_model_id: 'limited', output_format: { answer: 'string', score: 'number' } },
    },
    { token: other.token },
  )
  const first = Array.from({ length: 40 }, (_, at) => run('?wait=60', `first ${at}`))
  await until(() => limited.seen.served >= 3)
  const mine = await system.call(
    'POST',
    `${other.project}/task/${made.body.id}/run?wait=60`,
    { task_input: { text: 'second' } },
    { token: other.token },
  )
  assert.equal(mine.status, 200)
  assert.ok(limited.seen.served < 40, `${limited.seen.served} of the first project went before`)
  await Promise.all(first)
  const order = limited.seen.prompts
    .filter((text) => text.includes('first'))
    .map((text) => Number(/first (\d+)/.exec(text)?.[1]))
  assert.equal(order.length, 40)
})

test('a server that asks the fleet to wait is left alone for so long, though its limits are learned', async (t) => {
  const { limited, run, core } = await startLimited(
    t,
    { requests: 30, says: true, retryAfterMs: 400 },
    { limits: 'auto' },
  )
  const answers = await Promise.all(Array.from({ length: 34 }, () => run('?wait=60')))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.ok(limited.seen.refused < 34)
  const { limits } = await core.limitReader.usage()
  assert.deepEqual(
    limits.map(({ limit, most }) => [limit, most]),
    [['requests_per_minute', 30]],
  )
})

test('metrics show how far each limit is used; without limits none is there, and Redis is asked for none', async (t) => {
  const { run, url } = await startLimited(t, {}, { limits: { concurrent: 5, tokens_per_minute: 1000 } })
  await run()
  const text = await (await fetch(`${url}/metrics`)).text()
  assert.match(text, /splitrun_limit_most\{type="model",name="limited",limit="tokens_per_minute"\} 1000/)
  assert.match(text, /splitrun_limit_left\{type="model",name="limited",limit="concurrent"\} 5/)
  const free = await startSystem(t)
  const task = await free.createTask()
  assert.equal((await free.call('POST', `/task/${task}/run`, { task_input: { text: 'x' } })).status, 200)
  assert.doesNotMatch(await (await fetch(`${free.url}/metrics`)).text(), /splitrun_limit_/)
  const keys = await free.core.redis.keys('*limits:*')
  assert.deepEqual(keys, [])
})
