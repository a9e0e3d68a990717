import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModelError } from '../../../../src/models/model.ts'
import { type Answer, askPeer, chatPeer, chunk } from '../../../support/chat-peer.ts'

const DONE = 'data: [DONE]\n\n'
const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`
const streams =
  (text: string): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
const onText = () => {}
const BEGIN = chunk({ role: 'assistant', content: '' }) + chunk({ content: 'h' })
const END = chunk({ content: 'i' }) + chunk({}, 'stop') + DONE
const one = chunk({ content: '' }).trim()

/** What servers and proxies send among the events of an answer that goes well. */
const HARMLESS: Readonly<Record<string, string>> = {
  'a comment (OpenRouter)': ': OPENROUTER PROCESSING\n\n',
  'a comment (DeepInfra, sse-starlette)': ': ping - 2026-11-30 14:00:00.123456+00:00\n\n',
  'a comment without an empty line (llmgateway)': ': ping\n',
  'a comment sent on as data (Manifest)': 'data: : OPENROUTER PROCESSING\n\n',
  'a comment as data (Vertex AI, partner models)': 'data: : keepalive\n\n',
  'a ping with a time (chat2api)': 'event: ping\ndata: 2026-11-30 01:35:43.686476\n\n',
  'a time alone': 'data: 2026-11-30T01:35:43.686Z\n\n',
  'a ping in words': 'data: ping\n\n',
  'a ping in brackets': 'data: [PING]\n\n',
  'a ping in JSON (Anthropic)': `event: ping\n${event({ type: 'ping' })}`,
  'a ping that is a text of JSON': event('ping'),
  'an event named heartbeat (DIAL)': 'event: heartbeat\ndata:\n\n',
  'empty data (gateways)': 'data:\n\ndata: \n\n',
  'an empty text': 'data: ""\n\n',
  'an empty object': event({}),
  'a filter with no choice (Azure)': event({
    ...{ id: '', object: '', created: 0, model: '', choices: [] },
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: false } } }],
  }),
  'a filter with no delta (Azure)': event({
    choices: [{ index: 0, finish_reason: null, content_filter_results: {}, content_filter_offsets: {} }],
  }),
  'news of a queue': event({ status: 'queued', message: 'You are number 3 in the queue.' }),
  'news with a code of success': event({ code: 0, msg: 'success' }),
  'news in detail': event({ object: 'chat.completion.info', detail: 'The model is starting.' }),
  'words that nobody knows': 'data: connected to worker 7\n\n',
  'two events without an empty line between them': `${one}\n${one}\n\n`,
}

/** What tells that an answer failed, and the kind of that. */
const FAILURES: Readonly<Record<string, [text: string, kind: string]>> = {
  'an error as a field (llama.cpp before October 2025)': [
    'error: {"code":400,"message":"the request exceeds the available context size","type":"invalid_request_error"}\n\n',
    'bad_request',
  ],
  'an error in words (Crane)': ['data: error: CUDA out of memory\n\n', 'server_error'],
  'an error in brackets': ['data: [ERROR] Rate limit exceeded\n\n', 'rate_limited'],
  'an error as a text of JSON': [event('Internal Server Error'), 'server_error'],
  'an error within a chunk that is cut (sub2api)': [
    'data: {"choices":[{"delta":{"con\ndata: {"type":"error","error":{"message":"upstream","type":"server_error"}}\n\n',
    'server_error',
  ],
  'a message (API gateways)': [event({ message: 'Too many requests' }), 'rate_limited'],
  'a detail (FastAPI)': [event({ detail: 'Rate limit exceeded' }), 'rate_limited'],
  'an error that is said twice (LM Studio)': [
    event({ error: { message: 'Compute error.' }, message: 'Compute error.' }),
    'server_error',
  ],
  'an error of TGI': [
    event({ error: 'Request failed during generation', error_type: 'generation' }),
    'server_error',
  ],
}

/** What says so itself: what comes after it does not count. */
const SURE: Readonly<Record<string, [text: string, kind: string]>> = {
  'an object named error (vLLM)': [
    event({ object: 'error', message: 'out of memory', code: 500 }),
    'server_error',
  ],
  'a code (SiliconFlow)': [event({ code: 50507, message: 'Unknown error', data: null }), 'server_error'],
  'a status in words': [event({ status: 'failed', message: 'The worker was lost' }), 'server_error'],
  'an event named error (LiteLLM)': ['event: error\ndata: overloaded\n\n', 'server_error'],
}

describe('events of a stream that are no part of an answer', () => {
  for (const [name, text] of Object.entries(HARMLESS)) {
    test(`${name}: passed over`, async (t) => {
      for (const whole of [text + BEGIN + END, BEGIN + text.repeat(3) + END]) {
        const peer = await chatPeer(t, streams(whole))
        const ask = askPeer(t, peer.baseUrl)
        for (const request of [{ onText }, {}]) {
          const { text: answer, finishReason } = await ask(request)
          assert.deepEqual([answer, finishReason], ['hi', 'stop'])
        }
      }
    })
  }

  test('they are passed over in streams of the Responses API, too', async (t) => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }]
    const delta = event({ type: 'response.output_text.delta', delta: 'hi' })
    const end = event({
      type: 'response.completed',
      response: { object: 'response', status: 'completed', output },
    })
    for (const [name, text] of Object.entries(HARMLESS)) {
      const peer = await chatPeer(t, streams(text + delta + text + end))
      const answer = await askPeer(t, peer.baseUrl)({ model: { api: 'responses' }, onText })
      assert.equal(answer.text, 'hi', name)
    }
  })

  const failsWith = async (t: Parameters<typeof chatPeer>[0], whole: string, kind: string) => {
    const peer = await chatPeer(t, streams(whole))
    const ask = askPeer(t, peer.baseUrl)
    for (const request of [{ onText }, {}]) {
      await assert.rejects(ask(request), (error) => error instanceof ModelError && error.kind === kind)
    }
  }

  for (const [name, [text, kind]] of Object.entries({ ...FAILURES, ...SURE })) {
    test(`${name}: an error, if the answer does not end`, async (t) => {
      for (const before of ['', BEGIN])
        for (const end of ['', DONE]) await failsWith(t, before + text + end, kind)
    })
  }

  for (const [name, [text, kind]] of Object.entries(SURE)) {
    test(`${name}: an error, whatever follows`, (t) => failsWith(t, BEGIN + text + END, kind))
  }

  test('what begins as an event of an answer, and is none, is not passed over', (t) =>
    failsWith(t, `${BEGIN}data: {"choices":[{"delta":{"content":\n\n${END}`, 'bad_answer'))

  test('a stream that is only kept alive, and ends, was cut', (t) =>
    failsWith(t, 'data: ping\n\n: keepalive\n\nevent: ping\ndata: 7\n\n', 'connection'))
})
