import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModelError } from '../../../../src/models/model.ts'
import { type Answer, askPeer, chatPeer, chunk } from '../../../support/chat-peer.ts'

const DONE = 'data: [DONE]\n\n'
const GOOD = '{"answer": "yes"}'
const VALUE = { answer: 'yes' }
const USAGE = { prompt_tokens: 7, completion_tokens: 3 }
const onText = () => {}
const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`
const streams =
  (text: string): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)

const called = (args: unknown) => ({ id: 'c', type: 'function', function: { name: 'f', arguments: args } })
/** Messages as some twenty servers send them. A member that is a text is streamed in pieces, any other at once. */
const MESSAGES: Readonly<Record<string, object>> = {
  'a text': { content: GOOD },
  'an object as content': { content: VALUE },
  'a part that is an object': { content: [{ type: 'json', json: VALUE }] },
  'text with a value': { content: [{ type: 'text', text: { value: GOOD } }] },
  'parts within an object': { content: { parts: [{ text: GOOD }] } },
  'a part alone': { content: { type: 'text', text: GOOD } },
  'a part of reasoning': {
    content: [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: GOOD },
    ],
  },
  'a part that is a thought': { content: [{ thought: true, text: 'Hm.' }, { text: GOOD }] },
  'a number': { content: 42 },
  'a refusal among the parts': { content: [{ type: 'refusal', refusal: 'I will not.' }] },
  'a refusal': { content: null, refusal: 'I will not.' },
  'what the server parsed': { content: '', parsed: VALUE },
  'a tool call': { content: null, tool_calls: [called(GOOD)] },
  'a tool call with an object': { content: null, tool_calls: [called(VALUE)] },
  'a function call': { content: null, function_call: { name: 'f', arguments: GOOD } },
  'JSON as reasoning': { content: null, reasoning: GOOD },
  'JSON as thinking': { content: null, thinking: GOOD },
  'JSON in the details of reasoning': { content: '', reasoning_details: [{ text: GOOD }] },
  'reasoning in two places': { reasoning: 'Hm.', reasoning_details: [{ text: 'Hm.' }], content: GOOD },
}

/** The same answer, in pieces. */
function inChunks(message: object): string {
  let text = chunk({ role: 'assistant', content: '' })
  for (const [name, value] of Object.entries(message)) {
    if (typeof value === 'string') {
      for (const piece of value.match(/.{1,5}/gs) ?? []) text += chunk({ [name]: piece })
    } else if (value !== null) text += chunk({ [name]: value })
  }
  return text + chunk({}, 'stop') + event({ choices: [], usage: USAGE }) + DONE
}

describe('an answer is the same, whether it is streamed or not', () => {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(name, async (t) => {
      const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }]
      const peer = await chatPeer(t, (seen, response) => {
        if (seen.body['stream']) return streams(inChunks(message))(seen, response)
        return response.end(JSON.stringify({ choices, usage: USAGE }))
      })
      const ask = askPeer(t, peer.baseUrl)
      const schema = { type: 'object' }
      const whole = await ask({ schema })
      assert.notEqual(whole.text + (whole.refusal ?? ''), '')
      assert.deepEqual(await ask({ schema, onText }), whole)
      assert.deepEqual(await ask({ onText }), await ask({}))
    })
  }

  test('a whole message in place of a delta', async (t) => {
    for (const [name, message] of Object.entries(MESSAGES)) {
      const body = { choices: [{ index: 0, message, finish_reason: 'stop' }], usage: USAGE }
      const peer = await chatPeer(t, (seen, response) => {
        if (seen.body['stream']) return streams(event(body) + DONE)(seen, response)
        return response.end(JSON.stringify(body))
      })
      const ask = askPeer(t, peer.baseUrl)
      const schema = { type: 'object' }
      assert.deepEqual(await ask({ schema, onText }), await ask({ schema }), name)
    }
  })

  test('an answer of the Responses API that comes as a stream', async (t) => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }]
    const usage = { input_tokens: 7, output_tokens: 3 }
    const text = (status: string) =>
      event({
        type: 'response.created',
        response: { object: 'response', status: 'in_progress', output: [] },
      }) +
      event({ type: 'response.output_text.delta', delta: 'hi' }) +
      event({ type: `response.${status}`, response: { object: 'response', status, output, usage } })
    for (const [status, ending] of [
      ['completed', 'whole'],
      ['incomplete', 'cut'],
    ] as const) {
      const peer = await chatPeer(t, streams(text(status)))
      const answer = await askPeer(t, peer.baseUrl)({ model: { api: 'responses' } })
      assert.deepEqual([answer.text, answer.ending, answer.inputTokens], ['hi', ending, 7])
    }
    const broken = await chatPeer(t, streams(text('failed')))
    await assert.rejects(askPeer(t, broken.baseUrl)({ model: { api: 'responses' } }))
  })

  test('JSON that is only called a stream is read as JSON', async (t) => {
    const choices = [{ message: { content: 'hi' }, finish_reason: 'stop' }]
    const peer = await chatPeer(t, streams(`\n${JSON.stringify({ choices, usage: USAGE }, null, 1)}`))
    const ask = askPeer(t, peer.baseUrl)
    for (const request of [{ onText }, {}]) {
      const { text, inputTokens } = await ask(request)
      assert.deepEqual([text, inputTokens], ['hi', 7])
    }
    const busy = await chatPeer(t, streams('{"error": {"message": "slow down", "code": 429}}'))
    for (const request of [{ onText }, {}]) {
      await assert.rejects(
        askPeer(t, busy.baseUrl)(request),
        (error) => error instanceof ModelError && error.kind === 'rate_limited',
      )
    }
  })
})

describe('what a stream says beside its text', () => {
  const FAILURES: Readonly<Record<string, [object, string]>> = {
    'vLLM, older': [{ object: 'error', message: 'out of memory', code: 500 }, 'server_error'],
    MiniMax: [{ choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }, 'rate_limited'],
    Cloudflare: [{ success: false, errors: [{ code: 500, message: 'down' }] }, 'server_error'],
    FastAPI: [{ detail: 'Rate limit exceeded' }, 'rate_limited'],
  }
  for (const [server, [said, kind]] of Object.entries(FAILURES)) {
    test(`an error in the shape of ${server} is one, also where the stream goes on to its end`, async (t) => {
      for (const before of ['', chunk({ content: 'A text that goes' })]) {
        const peer = await chatPeer(t, streams(before + event(said) + DONE))
        await assert.rejects(
          askPeer(t, peer.baseUrl)({ onText }),
          (error) => error instanceof ModelError && error.kind === kind,
        )
      }
    })
  }

  test('an empty error says nothing', async (t) => {
    const peer = await chatPeer(t, streams(chunk({ content: 'hi' }, null, { error: {} }) + chunk({}, 'stop')))
    assert.equal((await askPeer(t, peer.baseUrl)({ onText })).text, 'hi')
  })

  test('a stream is not whole because each of its chunks has the word null for its ending', async (t) => {
    const peer = await chatPeer(t, streams(chunk({ content: 'It ends on the 3' }, 'null')))
    await assert.rejects(
      askPeer(t, peer.baseUrl)({ onText }),
      (error) => error instanceof ModelError && error.code === 'STREAM_CUT',
    )
  })

  test('an ending beside the choices counts', async (t) => {
    const peer = await chatPeer(
      t,
      streams(chunk({ content: 'It ends on the 3' }) + event({ choices: [], stop_reason: 'max_tokens' })),
    )
    assert.equal((await askPeer(t, peer.baseUrl)({ onText })).ending, 'cut')
  })

  test('what comes after the end of an answer takes nothing from it', async (t) => {
    const answer = chunk({ content: 'hi' }, 'stop', { usage: USAGE })
    const peer = await chatPeer(t, streams(`${answer}data: [END]\n\n`))
    const ask = askPeer(t, peer.baseUrl)
    for (const request of [{ onText }, {}]) {
      const { text, inputTokens, outputTokens } = await ask(request)
      assert.deepEqual([text, inputTokens, outputTokens], ['hi', 7, 3])
    }
  })

  test('counts that come one by one are put together, and zeros take none away', async (t) => {
    const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
    const STREAMS = [
      [{ prompt_tokens: 7 }, { completion_tokens: 3 }],
      [{ prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 }, { completion_tokens: 3 }],
      [{ ...USAGE, total_tokens: 10 }, zero],
      [USAGE, null],
    ]
    for (const [first, second] of STREAMS) {
      const text = chunk({ content: 'hi' }, null, { usage: first }) + chunk({}, 'stop', { usage: second })
      const peer = await chatPeer(t, streams(text + DONE))
      const { inputTokens, outputTokens, estimated } = await askPeer(t, peer.baseUrl)({ onText })
      assert.deepEqual([inputTokens, outputTokens, estimated], [7, 3, false], JSON.stringify(second))
    }
    const usage = { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: USAGE }] }
    const moonshot = await chatPeer(t, streams(chunk({ content: 'hi' }) + event(usage) + DONE))
    assert.equal((await askPeer(t, moonshot.baseUrl)({ onText })).inputTokens, 7)
  })
})
