import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type Answer, chatPeer, chunk } from '../support/chat-peer.ts'
import { chatCompletion } from '../support/recorded-server.ts'
import { type Cleanup, until, useSystem } from '../support/system.ts'

const GOOD = JSON.stringify(chatCompletion('{"answer": "yes", "score": 1}'))
const BEGUN = '{"answer": "a few words of an answer'
const EVENTS = { 'content-type': 'text/event-stream' }

const begin =
  (then: (response: Parameters<Answer>[1]) => void): Answer =>
  (_, response) => {
    response.writeHead(200, EVENTS)
    response.write(chunk({ content: BEGUN }), () => then(response))
  }
const bodyOf =
  (text: string): Answer =>
  (_, response) =>
    response.end(text)

/** How each first call is answered. Every later one is answered well. */
const FIRST: Readonly<Record<string, Answer>> = {
  'stream ends': begin((response) => response.end()),
  'stream breaks': begin((response) => response.destroy()),
  'stream goes silent': begin(() => {}),
  'stream has no JSON': begin((response) => response.end('data: {oops}\n\n')),
  'stream ends, counted': begin((response) =>
    response.end(
      `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 9 } })}\n\n`,
    ),
  ),
  'stream ends in thought': (_, response) =>
    response.writeHead(200, EVENTS).end(chunk({ reasoning_content: 'some twenty letters.' })),
  'unasked stream ends': (_, response) => response.writeHead(200, EVENTS).end(chunk({ content: BEGUN })),
  'connection breaks': (_, response) => response.destroy(),
  silence: () => {},
  'broken JSON': bodyOf(GOOD.slice(0, -9)),
  'no completion': bodyOf('{"fine": true}'),
  'too long': bodyOf(JSON.stringify(chatCompletion('x'.repeat(90_000)))),
  'web page': bodyOf('<html><body>welcome</body></html>'),
  'server error': (_, response) => response.writeHead(500).end('{}'),
  'gateway without patience': (_, response) => response.writeHead(504).end('<html>'),
  limit: (_, response) => response.writeHead(429).end('{}'),
}

interface Expected {
  /** Whether the lost answer counts as far as it came, may have been paid, or costs nothing. */
  readonly lost: 'estimated' | 'counted' | 'possible' | 'free'
  readonly outcome: string
  readonly fails?: true
}
const CASES: Readonly<Record<keyof typeof FIRST, Expected>> = {
  'stream ends': { lost: 'estimated', outcome: 'connection' },
  'stream breaks': { lost: 'estimated', outcome: 'connection' },
  'stream goes silent': { lost: 'estimated', outcome: 'timeout' },
  'stream has no JSON': { lost: 'estimated', outcome: 'bad_answer' },
  'stream ends, counted': { lost: 'counted', outcome: 'connection' },
  'stream ends in thought': { lost: 'estimated', outcome: 'connection' },
  'unasked stream ends': { lost: 'estimated', outcome: 'connection' },
  'connection breaks': { lost: 'possible', outcome: 'connection' },
  silence: { lost: 'possible', outcome: 'timeout' },
  'broken JSON': { lost: 'possible', outcome: 'bad_answer' },
  'no completion': { lost: 'possible', outcome: 'bad_answer' },
  'too long': { lost: 'possible', outcome: 'bad_answer', fails: true },
  'web page': { lost: 'free', outcome: 'bad_answer', fails: true },
  'server error': { lost: 'free', outcome: 'server_error' },
  'gateway without patience': { lost: 'possible', outcome: 'server_error' },
  limit: { lost: 'free', outcome: 'rate_limited' },
}
/** The contents of the calls that stay open until a test breaks them off. */
const OPEN: Readonly<Record<string, Answer>> = {
  'cancelled in silence': () => {},
  'cancelled in its stream': begin(() => {}),
}

describe('answers that are lost', () => {
  const calls = new Map<string, number>()
  let heard: (word: string) => void = () => {}
  async function modelsFile(t: Cleanup) {
    const peer = await chatPeer(t, (seen, response) => {
      const word = /\[([\w ,]+)\]/.exec(JSON.stringify(seen.body['messages']))?.[1] ?? ''
      const before = calls.get(word) ?? 0
      calls.set(word, before + 1)
      const first =
        word === 'ever' ? FIRST['stream ends'] : before === 0 ? (FIRST[word] ?? OPEN[word]) : undefined
      ;(first ?? bodyOf(GOOD))(seen, response)
      // What was written before is on its way.
      setImmediate(() => heard(word))
    })
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-lost-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    const server = { base_url: peer.baseUrl }
    const price = { input: 1_000_000, output: 10_000_000 }
    const models = [
      { name: 'plain', server: 'soon', price },
      { name: 'streamed', server: 'soon', stream: 'always', price },
      { name: 'patient plain', server: 'late', price },
      { name: 'patient streamed', server: 'late', stream: 'always', price },
      { name: 'bounded', server: 'soon', price, max_output_tokens: 30 },
      { name: 'free', server: 'soon' },
      { name: 'nowhere', server: 'away', price },
    ]
    const servers = {
      soon: { ...server, timeout_seconds: 1.5 },
      late: { ...server, timeout_seconds: 60 },
      away: { base_url: 'http://127.0.0.1:9/v1' },
    }
    await writeFile(file, JSON.stringify({ servers, models }))
    return { env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_RESPONSE_LIMIT: '1kb' } }
  }
  const system = useSystem(modelsFile)
  const maxTokens = { llm_config: { max_tokens: 20 } }

  async function run(word: string, task: object) {
    const id = await system().createTask({ ...maxTokens, ...task })
    const { status, body } = await system().call('POST', `/task/${id}/run`, {
      task_input: { text: `[${word}]` },
    })
    return { status, run: status === 200 ? body : body.detail.run }
  }

  for (const [word, { lost, outcome, fails }] of Object.entries(CASES)) {
    test(`${word}: ${lost}`, async () => {
      const name = word.startsWith('stream') ? 'streamed' : 'plain'
      // Only what is never answered has little time, which on a busy machine may be over before any answer.
      const llm_model_id = outcome === 'timeout' ? name : `patient ${name}`
      const { status, run: ended } = await run(word, { llm_model_id })
      assert.equal(status, fails ? 502 : 200, JSON.stringify(ended))
      const [first, second] = ended.attempts
      assert.equal(first.outcome, outcome)
      const exact = lost === 'counted' || lost === 'free'
      assert.deepEqual([first.estimated, first.cost_exact], [lost === 'estimated', exact])
      assert.deepEqual([ended.estimated, ended.cost_exact], [lost === 'estimated', exact])
      const output = lost === 'counted' ? 9 : lost !== 'estimated' ? 0 : word.endsWith('thought') ? 5 : 9
      assert.equal(first.output_tokens, output)
      const hasInput = lost === 'estimated' || lost === 'counted'
      assert.equal(first.input_tokens > 0, hasInput)
      assert.equal(ended.output_tokens, output + (second?.output_tokens ?? 0))
      // What was sent is estimated, what may have been written is max_tokens.
      const possible = Number(ended.possible_credits)
      assert.equal(possible > 200 && possible < 300, lost === 'possible', ended.possible_credits)
      assert.equal(possible === 0, lost !== 'possible')
      assert.equal(first.possible_credits, ended.possible_credits)
      assert.equal(Number(ended.charged_credits), ended.input_tokens + 10 * ended.output_tokens)
    })
  }

  test('what may have been written is max_tokens, else what is known of the model, else not foreseen', async () => {
    const possible = async (task: object) => {
      calls.delete('silence')
      return Number((await run('silence', task)).run.possible_credits)
    }
    const prompt = await possible({ llm_model_id: 'plain', llm_config: {} })
    assert.ok(prompt > 0 && prompt < 100)
    assert.equal(await possible({ llm_model_id: 'plain' }), prompt + 200)
    assert.equal(await possible({ llm_model_id: 'bounded', llm_config: {} }), prompt + 300)
    assert.equal(await possible({ llm_model_id: 'free' }), 0)
  })

  test('a run whose streams all break keeps what came of the last, and counts them all', async () => {
    const { status, run: ended } = await run('ever', { llm_model_id: 'patient streamed' })
    assert.deepEqual([status, ended.error.reason, ended.error.partial], [502, 'MODEL_ERROR', BEGUN])
    assert.equal(ended.output_tokens, 9 * ended.attempts.length)
  })

  test('a call that found no connection costs nothing', async () => {
    const { run: ended } = await run('nowhere', { llm_model_id: 'nowhere' })
    assert.equal(ended.attempts[0].outcome, 'connection')
    assert.deepEqual([ended.possible_credits, ended.cost_exact], ['0.00', true])
  })

  for (const [word, model, counts] of [
    ['cancelled in silence', 'patient plain', 'possible'],
    ['cancelled in its stream', 'patient streamed', 'estimated'],
  ] as const) {
    test(`${word}: ${counts}`, async () => {
      const id = await system().createTask({ ...maxTokens, llm_model_id: model })
      const there = new Promise<void>((resolve) => {
        heard = (said) => (said === word ? resolve() : undefined)
      })
      const input = { task_input: { text: `[${word}]` } }
      const { body } = await system().call('POST', `/task/${id}/run?wait=0`, input)
      await there
      const path = `/task/${id}/run/${body.id}`
      await system().call('POST', `${path}/cancel`)
      await until(async () => (await system().call('GET', path)).body.done)
      const ended = (await system().call('GET', path)).body
      assert.deepEqual([ended.status, ended.cost_exact], ['cancelled', false])
      const isPossible = counts === 'possible'
      assert.equal(Number(ended.possible_credits) > 200, isPossible, ended.possible_credits)
      assert.deepEqual([ended.estimated, ended.output_tokens > 0], [!isPossible, !isPossible])
    })
  }
})
