import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startSimulatedModel } from '../../src/models/simulated/simulated-model.ts'
import { startRecordedServer } from '../support/recorded-server.ts'
import { ADMIN_TOKEN, type Cleanup, useSystem } from '../support/system.ts'

/** A day of next month: nobody waits for it. */
const END = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)

/** A list as Together has it, with names as Google's and Ollama's, days in milliseconds, and what is no model. */
const LISTED = [
  { id: 'models/flash', shutdown_date: Date.parse(END) },
  { id: 'small:latest', shutdown_date: String(Date.parse(END) / 1000) },
  { id: 'endless', shutdown_date: 0 },
  { name: 'nothing' },
  null,
]

/** An answer with its reasoning in the text or beside it, and tokens in the spelling of Anthropic. */
const oddAnswer = ({ messages }: { messages: { content: string }[] }) => ({
  choices: [
    {
      message: {
        content: JSON.stringify(messages).includes('Schema')
          ? '<think>\nHm.\n</think>\n{"yes": true}'
          : [
              { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
              { type: 'text', text: 'Yes.' },
            ],
      },
      finish_reason: 'stop',
    },
  ],
  usage: { input_tokens: 5, output_tokens: 3 },
})

async function start(t: Cleanup) {
  const ending = await startSimulatedModel({ shutdownDate: END })
  t.after(() => ending.close())
  const closed = await startRecordedServer(t, () => ({
    status: 401,
    body: { error: { message: 'bad key sk-0123456789' } },
  }))
  const odd = await startRecordedServer(t, ({ path, body }) =>
    path.endsWith('/models') ? { body: LISTED } : { body: oddAnswer(body) },
  )
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-ends-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const content = {
    servers: {
      ending: { base_url: ending.url },
      closed: { base_url: closed.url },
      away: { base_url: 'http://127.0.0.1:9/v1' },
      odd: { base_url: odd.url },
    },
    models: [
      { name: 'ending', server: 'ending', upstream_name: 'simulated-large', supports_vision: true },
      { name: 'misnamed', server: 'ending', upstream_name: 'another', output: 'none' },
      {
        name: 'closed',
        server: 'closed',
        max_output_tokens: 900,
        price: { input: 2, cached_input: 0.5, output: 8 },
      },
      { name: 'away', server: 'away' },
      { name: 'flash', server: 'odd', stream: 'never' },
      { name: 'small', server: 'odd', output: 'none' },
      { name: 'endless', server: 'odd', output: 'none' },
    ],
  }
  await writeFile(file, JSON.stringify(content))
  return { env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_JANITOR_INTERVAL: '1s', SPLITRUN_MODEL_ENDS: 'true' } }
}

describe('models that end', () => {
  const system = useSystem(start)
  async function shown(done: (model: Record<string, unknown>) => boolean) {
    for (;;) {
      const { body } = await system().call('GET', '/model')
      const model = body.find(({ name }: { name: string }) => name === 'ending')
      if (done(model)) return { model, others: body.filter((each: object) => each !== model) }
      await pause(50)
    }
  }

  test('say in the list what they know and cost', async () => {
    const { body } = await system().call('GET', '/model')
    const of = (name: string) => {
      const { output, max_output_tokens, price } = body.find((each: { name: string }) => each.name === name)
      return { output, max_output_tokens, price }
    }
    assert.deepEqual(of('misnamed'), { output: 'none', max_output_tokens: undefined, price: undefined })
    assert.deepEqual(of('closed'), {
      output: 'json_schema',
      max_output_tokens: 900,
      price: { input: 2, cached_input: 0.5, cache_write: 2, output: 8 },
    })
  })

  test('say so in the list, with the tasks that use them, and in the metrics', async () => {
    const own = await system().createTask({ llm_model_id: 'ending' })
    const fallback = await system().createTask({ llm_model_id: 'closed', fallback_llm_model_id: 'ending' })
    await system().createTask({ llm_model_id: 'closed' })
    const { model, others } = await shown(({ retires }) => retires !== undefined)
    assert.equal(model.retires, `${END}T00:00:00.000Z`)
    const used = model.used_by.map(({ id }: { id: string }) => id)
    assert.deepEqual(used.sort(), [own, fallback].sort())
    const retires = Object.fromEntries(
      others.map((each: { name: string; retires?: string }) => [each.name, each.retires]),
    )
    assert.deepEqual(
      [retires.flash, retires.small, retires.endless],
      [model.retires, model.retires, undefined],
    )
    for (const other of others.filter(({ name }: { name: string }) => !['flash', 'small'].includes(name)))
      assert.deepEqual([other.retires, other.used_by], [undefined, undefined])
    const metrics = await (await fetch(`${system().url}/metrics`)).text()
    assert.match(
      metrics,
      new RegExp(`splitrun_model_retires_timestamp_seconds\\{model="ending"\\} ${Date.parse(END) / 1000}`),
    )
  })
})

/** What these models do not say that they can. */
const NOT_SAID = { pdf: 'skipped', audio: 'skipped', image_output: 'skipped', audio_output: 'skipped' }

describe('trying a model out', () => {
  const system = useSystem(start)
  async function check(name: string) {
    const path = `${system().project}/model/${name}/check`
    const { status, body } = await system().call('POST', path, undefined, { token: ADMIN_TOKEN })
    assert.equal(status, 200)
    return body.checks as { check: string; result: string; detail: string; fix: string | null }[]
  }
  const results = (checks: Awaited<ReturnType<typeof check>>) =>
    Object.fromEntries(checks.map((each) => [each.check, each.result]))

  test('says of each thing whether it works', async () => {
    const all = await check('ending')
    const skipped = all.filter(({ result }) => result === 'skipped').map(({ check: name }) => name)
    assert.deepEqual(skipped, Object.keys(NOT_SAID), 'what the models file does not say that it can')
    assert.ok(
      all.every(({ result }) => result === 'ok' || result === 'skipped'),
      JSON.stringify(all),
    )
    assert.ok(all.some(({ detail }) => detail.includes(END)))
  })

  test('says what to do about what does not', async () => {
    const misnamed = await check('misnamed')
    assert.deepEqual(results(misnamed), {
      ...{ reachable: 'ok', key: 'ok', listed: 'failed', text: 'ok', schema: 'skipped', vision: 'skipped' },
      ...{ streaming: 'ok', usage: 'ok', ...NOT_SAID },
    })
    const closed = await check('closed')
    assert.equal(results(closed)['key'], 'failed')
    assert.match(closed.find(({ check: name }) => name === 'key')?.fix ?? '', /api_key_env/)
    const away = await check('away')
    assert.equal(results(away)['reachable'], 'failed')
    assert.ok(away.every(({ check: name, result }) => name === 'reachable' || result === 'skipped'))
  })

  test('reads lists and answers as runs do, whatever their shape', async () => {
    const flash = results(await check('flash'))
    const { listed, text, schema, usage } = flash
    assert.deepEqual([listed, text, schema, usage], ['ok', 'ok', 'ok', 'ok'])
    const small = await check('small')
    assert.equal(results(small)['listed'], 'ok')
    assert.match(small.find(({ check: name }) => name === 'listed')?.detail ?? '', new RegExp(END))
  })

  test('is for administrators', async () => {
    assert.equal((await system().call('POST', '/model/ending/check')).status, 403)
    const unknown = await system().call('POST', `${system().project}/model/none/check`, undefined, {
      token: ADMIN_TOKEN,
    })
    assert.equal(unknown.status, 404)
  })
})
