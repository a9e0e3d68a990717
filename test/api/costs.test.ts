import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Cleanup, startSystem } from '../support/system.ts'

/** Millionths of a token: of the input that is neither, cached, written to a cache, of the output. */
const PRICE = { input: 20, cached_input: 2, cache_write: 25, output: 80 }

interface Kind {
  readonly usage: object
  readonly tokens: {
    readonly input: number
    readonly output: number
    readonly cached: number
    readonly reasoning: number
  }
  /** Made by hand, in millionths. */
  readonly cost: number
}

/** How six kinds of servers count the same sort of answer. */
const KINDS: Readonly<Record<string, Kind>> = {
  openai: {
    usage: {
      ...{ prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 30 },
    },
    tokens: { input: 100, output: 50, cached: 64, reasoning: 30 },
    cost: 36 * 20 + 64 * 2 + 50 * 80,
  },
  xai: {
    usage: {
      ...{ prompt_tokens: 12, completion_tokens: 2, total_tokens: 334 },
      completion_tokens_details: { reasoning_tokens: 320 },
    },
    tokens: { input: 12, output: 322, cached: 0, reasoning: 320 },
    cost: 12 * 20 + 322 * 80,
  },
  google: {
    usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 112 },
    tokens: { input: 7, output: 105, cached: 0, reasoning: 100 },
    cost: 7 * 20 + 105 * 80,
  },
  deepseek: {
    usage: {
      ...{ prompt_tokens: 90, completion_tokens: 9, total_tokens: 99 },
      ...{ prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 26 },
    },
    tokens: { input: 90, output: 9, cached: 64, reasoning: 0 },
    cost: 26 * 20 + 64 * 2 + 9 * 80,
  },
  anthropic: {
    usage: {
      ...{ input_tokens: 10, output_tokens: 9 },
      ...{ cache_read_input_tokens: 100, cache_creation_input_tokens: 40 },
    },
    tokens: { input: 150, output: 9, cached: 100, reasoning: 0 },
    cost: 10 * 20 + 100 * 2 + 40 * 25 + 9 * 80,
  },
  openrouter: {
    usage: {
      ...{ prompt_tokens: 150, completion_tokens: 9, total_tokens: 159 },
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
    },
    tokens: { input: 150, output: 9, cached: 100, reasoning: 0 },
    cost: 30 * 20 + 100 * 2 + 20 * 25 + 9 * 80,
  },
}

/** A models file with a model for each kind, at a server that answers as that kind does. */
async function startKinds(t: Cleanup): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { model } = JSON.parse(body)
    const message = { role: 'assistant', content: '{"answer":"yes","score":1}' }
    const choices = [{ index: 0, finish_reason: 'stop', message }]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'chat.completion', model, choices, usage: KINDS[model]?.usage }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-costs-'))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(dir, { recursive: true })
  })
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const models = Object.keys(KINDS).map((name) => ({ name, server: 's', price: PRICE }))
  const file = join(dir, 'models.json')
  await writeFile(file, JSON.stringify({ servers: { s: { base_url } }, models }))
  return file
}

const credits = (millionths: number): string => (millionths / 1e6).toFixed(6).replace(/0{1,4}$/, '')
const total = (of: (kind: Kind) => number): number =>
  Object.values(KINDS).reduce((sum, kind) => sum + of(kind), 0)

test('what answers of six kinds of servers cost equals sums made by hand, in runs, reports and metrics', async (t) => {
  const env = { SPLITRUN_MODELS_FILE: await startKinds(t), SPLITRUN_METRICS_CACHE: '0s' }
  const system = await startSystem(t, { env })
  for (const [name, { tokens, cost }] of Object.entries(KINDS)) {
    const task = await system.createTask({ llm_model_id: name })
    const { status, body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.equal(status, 200, name)
    const shown = {
      ...{ input: body.input_tokens, output: body.output_tokens },
      ...{ cached: body.cached_tokens, reasoning: body.reasoning_tokens },
    }
    assert.deepEqual(shown, tokens, name)
    assert.deepEqual(
      [body.charged_credits, body.cost_exact, body.estimated],
      [(cost / 1e6).toFixed(2), true, false],
      name,
    )
    const [attempt] = body.attempts
    assert.deepEqual(
      [attempt.cached_tokens, attempt.reasoning_tokens],
      [tokens.cached, tokens.reasoning],
      name,
    )
  }
  const tokens = (await system.call('GET', '/token_report')).body
  assert.deepEqual(
    [
      ...[tokens.total_input_tokens, tokens.total_output_tokens],
      ...[tokens.total_cached_tokens, tokens.total_reasoning_tokens],
    ],
    [
      ...[total((kind) => kind.tokens.input), total((kind) => kind.tokens.output)],
      ...[total((kind) => kind.tokens.cached), total((kind) => kind.tokens.reasoning)],
    ],
  )
  const cost = (await system.call('GET', '/credit_report')).body
  assert.equal(cost.total_credits, credits(total((kind) => kind.cost)))
  assert.equal(cost.total_possible_credits, '0.00')
  const text = await (await fetch(`${system.url}/metrics`)).text()
  const sumOf = (series: string) =>
    [...text.matchAll(new RegExp(`^${series} (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    )
  const parts = (part: string) => sumOf(`splitrun_token_parts_total\\{[^}]*part="${part}"\\}`)
  assert.equal(
    parts('cached'),
    total((kind) => kind.tokens.cached),
  )
  assert.equal(
    parts('reasoning'),
    total((kind) => kind.tokens.reasoning),
  )
  assert.equal(parts('cache_write'), 60)
  assert.equal(
    Math.round(sumOf('splitrun_credits_total\\{[^}]*\\}') * 1e6),
    total((kind) => kind.cost),
  )
})
