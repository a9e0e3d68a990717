import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Model, ModelError } from '../../../../src/models/model.ts'
import { createModelClient } from '../../../../src/models/protocol/openai-compatible.ts'
import fc from '../../../support/fast-check.ts'
import { fuzz } from '../../../support/fuzz.ts'

const COMPLETION = JSON.stringify({
  id: 'x',
  choices: [
    { index: 0, message: { role: 'assistant', content: '{"a": 1}', refusal: null }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
})

const wholeResponse = (body: string, head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json') =>
  `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

describe('a model server that answers whatever it likes', () => {
  let server: Server
  let says = ''
  const client = createModelClient({ maxResponseBytes: 10_000 })
  const sockets = new Set<Socket>()

  before(async () => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('data', () => socket.end(says, 'latin1'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  after(async () => {
    await client.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  /** Every answer is an answer with numbers in it, or the one kind of failure that the service knows. */
  async function ask(answer: string): Promise<void> {
    says = answer
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const place = { name: 's', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: '', timeoutMs: 5000 }
    const model = { upstreamName: 'm', output: 'none', server: place } as Model
    const messages = [{ role: 'user', text: 'hello' }] as const
    const signal = new AbortController().signal
    const given = await client
      .complete({ model, messages, parameters: {}, schema: null }, signal)
      .catch((error) => {
        assert.ok(error instanceof ModelError, String(error))
        return null
      })
    if (!given) return
    assert.equal(typeof given.text, 'string')
    for (const tokens of [given.inputTokens, given.outputTokens]) {
      assert.ok(Number.isInteger(tokens) && tokens >= 0 && tokens <= 1e9, `${tokens} tokens`)
    }
  }

  test('any JSON in the place of a completion', () =>
    fc.assert(
      fc.asyncProperty(fc.json(), (body) => ask(wholeResponse(body))),
      fuzz(150),
    ))

  test('any value in the place of each part of a completion', () => {
    const parts = ['"{\\"a\\": 1}"', '[{"index', '"assistant"', '"stop"', '3', '2', 'null']
    const bodies = fc
      .tuple(fc.constantFrom(...parts.filter((part) => COMPLETION.includes(part))), fc.json())
      .map(([part, value]) => COMPLETION.replace(part, () => value))
    return fc.assert(
      fc.asyncProperty(bodies, (body) => ask(wholeResponse(body))),
      fuzz(150),
    )
  })

  test('any head, any status, and any cut', () => {
    const heads = fc
      .tuple(fc.integer({ min: 0, max: 999 }), fc.string({ maxLength: 40 }))
      .map(([status, header]) => `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n${header}`)
    const answers = fc
      .tuple(fc.oneof(heads, fc.constant('HTTP/1.1 200 OK\r\nContent-Type: application/json')), fc.nat(400))
      .map(([head, cut]) => wholeResponse(COMPLETION, head).slice(0, cut))
    return fc.assert(fc.asyncProperty(fc.oneof(answers, fc.string({ maxLength: 60 })), ask), fuzz(150))
  })

  test('a redirect is not followed, wherever it leads', async () => {
    let calls = 0
    const elsewhere = createServer((socket) => {
      calls += 1
      socket.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as { port: number }
    for (const status of [301, 302, 303, 307, 308]) {
      await ask(wholeResponse('', `HTTP/1.1 ${status} Found\r\nLocation: http://127.0.0.1:${port}/`))
    }
    await new Promise((resolve) => elsewhere.close(resolve))
    assert.equal(calls, 0)
  })
})
