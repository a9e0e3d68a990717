import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { newId } from '../../src/platform/ids.ts'
import { bullmqKeys } from '../../src/queue/bullmq-keys.ts'
import { freePorts } from '../support/free-ports.ts'
import { completion, type Played, playModels } from '../support/played-models.ts'
import { type System, type SystemOptions, startSystem, until, useSystem } from '../support/system.ts'

const KEY = 'sk-a-key-of-this-test'
process.env['SPLITRUN_TEST_MODEL_KEY'] = KEY
const good = completion({ content: '{"answer": "yes", "score": 1}' })
const busy = (headers: Record<string, string>, status = 429) => ({
  status,
  headers,
  body: { error: { message: `slow down, ${KEY}`, type: 'requests', code: 'rate_limit_exceeded' } },
})

/** A log that keeps its lines. */
function keptLog() {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { lines, log: pino({ level: 'warn' }, stream) }
}

async function start(system: System, models: string, answers: Played, query = '?wait=0') {
  const text = `[${models}]`
  // A model that asks for a wait is left alone by the whole process, so that each test has its own.
  const id = await system.createTask({ llm_model_id: models })
  const { status, body } = await system.call('POST', `/task/${id}/run${query}`, { task_input: { text } })
  const run = status < 300 ? body : body.detail.run
  return {
    status,
    run,
    read: async () => (await system.call('GET', `/task/${id}/run/${run.id}`)).body,
    answers,
  }
}

describe('waits that a server asks for', () => {
  let models: Awaited<ReturnType<typeof playModels>>
  const system = useSystem(async (t) => {
    models = await playModels(t, { long: {}, short: {}, late: {}, told: {} })
    return { env: { SPLITRUN_MODELS_FILE: models.file } }
  })

  test('are kept in the queue, in full, however long: only the deadline bounds them', async () => {
    const answers = [busy({ 'retry-after': '70' }), good]
    models.play('long', answers)
    const { read } = await start(system(), 'long', answers, '?wait=0&timeout=3600')
    await until(async () => (await read()).attempts.length === 1 && (await read()).status === 'queued')
    const waiting = await read()
    assert.equal(waiting.attempts[0].outcome, 'rate_limited')
    const due = Number(await dueOf(system(), waiting.id))
    const asked = Date.parse(waiting.attempts[0].ended) + 70_000
    assert.ok(due >= asked && due <= asked + 6000, `${due - asked} ms after what was asked for`)
    assert.equal((await read()).is_error, false)
    assert.equal(models.callsOf('long').length, 1)
  })

  test('end in a response, with no attempt used up', async () => {
    const answers = [...Array.from({ length: 2 }, () => busy({ 'retry-after-ms': '1100' })), good]
    models.play('short', answers)
    const begun = Date.now()
    const { status, run } = await start(system(), 'short', answers, '?timeout=60')
    assert.deepEqual([status, run.status], [200, 'succeeded'])
    assert.ok(Date.now() - begun >= 2200, 'sent before it was asked for')
    assert.deepEqual(
      run.attempts.map(({ outcome }: { outcome: string }) => outcome),
      ['rate_limited', 'rate_limited', 'succeeded'],
    )
  })

  test('are told to callers who do not want to wait, as limits are', async () => {
    models.play('told', [busy({ 'retry-after': '300' }), good])
    const waits = await start(system(), 'told', [], '?wait=0&timeout=3600')
    await until(async () => (await waits.read()).attempts.length === 1)
    for (let each = 0; each < 3; each += 1) {
      const id = await system().createTask({ llm_model_id: 'told' })
      const { status, body } = await system().call('POST', `/task/${id}/run?on_limit=fail&timeout=3600`, {
        task_input: { text: '[told]' },
      })
      assert.deepEqual([status, body.detail?.reason], [429, 'RATE_LIMITED'])
      assert.ok(body.detail.retry_after > 240 && body.detail.retry_after <= 300)
    }
    assert.equal(models.callsOf('told').length, 1)
  })

  test('that would end after the deadline fail the run at once', async () => {
    const answers = [busy({ 'retry-after': '70' }), good]
    models.play('late', answers)
    const { status, run } = await start(system(), 'late', answers, '?timeout=60')
    assert.deepEqual([status, run.error.reason, run.error.retryable], [502, 'MODEL_ERROR', true])
    assert.equal(models.callsOf('late').length, 1)
  })

  async function dueOf({ core }: System, id: string): Promise<string | null> {
    const jobs = bullmqKeys(0)
    const score = await core.redis.zscore(jobs.delayed, id)
    // Behind the time stand twelve bits that keep jobs of one millisecond in order.
    return score === null ? null : String(Math.floor(Number(score) / 4096))
  }
})

describe('failures that are told', () => {
  async function withLog(t: Parameters<typeof startSystem>[0], env: SystemOptions['env'] = {}) {
    const models = await playModels(t, { told: {}, dropped: {} })
    const { lines, log } = keptLog()
    const system = await startSystem(t, { log, env: { SPLITRUN_MODELS_FILE: models.file, ...env } })
    return { models, system, ofAttempts: () => lines.filter((line) => 'attempt' in line) }
  }

  test('one line for each attempt has status, code, type and the words of the server, and no key', async (t) => {
    const { models, system, ofAttempts } = await withLog(t)
    const broken = { status: 500, body: { error: { message: `broken, ${KEY}`, type: 'bad', code: 'worse' } } }
    const answers = [broken, completion({ content: '{"answer": 5}' }), good]
    models.play('told', answers)
    const { run } = await start(system, 'told', answers, '')
    const [first, second, ...rest] = ofAttempts()
    assert.deepEqual(rest, [])
    assert.deepEqual(
      [first?.['status'], first?.['code'], first?.['type'], first?.['outcome'], first?.['run_id']],
      [500, 'worse', 'bad', 'server_error', run.id],
    )
    assert.match(String(first?.['words']), /broken, \[key\]/)
    assert.match(String(first?.['next']), /^again in \d+ ms$/)
    assert.deepEqual(
      [second?.['outcome'], second?.['finish_reason'], second?.['attempt']],
      ['invalid', 'stop', 2],
    )
    assert.match(JSON.stringify(second?.['issues']), /answer must be a string/)
    assert.ok(!JSON.stringify(ofAttempts()).includes(KEY))
  })

  test('a setting drops the words', async (t) => {
    const { models, system, ofAttempts } = await withLog(t, { SPLITRUN_MODEL_ERROR_WORDS: 'false' })
    const answers = [{ status: 400, body: { error: { message: 'You said tea', code: 'bad_tea' } } }]
    models.play('dropped', answers)
    await start(system, 'dropped', answers, '')
    assert.equal(ofAttempts()[0]?.['code'], 'bad_tea')
    assert.ok(!JSON.stringify(ofAttempts()).includes('You said'))
  })

  test('a connection says what it failed for', async (t) => {
    const [port] = await freePorts(1)
    for (const [url, code] of [
      [`http://127.0.0.1:${port}/v1`, 'ECONNREFUSED'],
      [`http://${newId()}.invalid/v1`, /^(ENOTFOUND|EAI_AGAIN)$/],
    ] as const) {
      const { lines, log } = keptLog()
      const env = { OPENAI_BASE_URL: url, SPLITRUN_MODELS: 'any', SPLITRUN_SIMULATED_URL: '' }
      const system = await startSystem(t, { log, env: { ...env, SPLITRUN_MODEL_ATTEMPTS: '1' } })
      const { run } = await start(system, 'any', [], '')
      assert.equal(run.attempts[0].outcome, 'connection')
      assert.match(run.attempts[0].code, new RegExp(code))
      const line = lines.find((each) => 'attempt' in each)
      assert.match(String(line?.['words']), /host|nothing listens/)
    }
  })

  test('a time-out is paid for twice at most', async (t) => {
    const system = await startSystem(t, {
      model: { faults: { hang: 1 } },
      env: { SPLITRUN_MODEL_TIMEOUT: '0.1s' },
    })
    const model = await system.createTask({ llm_model_id: 'simulated-large' })
    const { body } = await system.call('POST', `/task/${model}/run`, { task_input: { text: 'tea' } })
    const { attempts, error } = body.detail.run
    assert.deepEqual(
      attempts.map(({ outcome, code }: Record<string, string>) => [outcome, code]),
      [
        ['timeout', 'TIMEOUT'],
        ['timeout', 'TIMEOUT'],
      ],
    )
    assert.equal(error.reason, 'MODEL_ERROR')
  })
})
