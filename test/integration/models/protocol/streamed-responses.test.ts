import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModelError } from '../../../../src/models/model.ts'
import { type Answer, askPeer, chatPeer } from '../../../support/chat-peer.ts'

const MODEL = { api: 'responses' } as const
const USAGE = { input_tokens: 7, output_tokens: 3 }
const text = (words: string) => ({ type: 'output_text', text: words, annotations: [] })
const message = (...content: object[]) => ({ type: 'message', id: 'm', role: 'assistant', content })
const reasoning = { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'Hm.' }] }
const call = { type: 'function_call', id: 'f', call_id: 'c', name: 'f', arguments: '{"answer": 1}' }

/** Outputs as servers send them, and how their response ends. */
const OUTPUTS: Readonly<Record<string, { output: object[]; more?: object }>> = {
  'a text': { output: [message(text('Tee 🍵 und Kekse'))] },
  'a text after reasoning': { output: [reasoning, message(text('Tea.'))] },
  'parts and messages': { output: [message(text('Tea'), text(' and ')), message(text('cake.'))] },
  'a refusal': { output: [message({ type: 'refusal', refusal: 'I will not.' })] },
  'a call': { output: [call] },
  'an answer that is cut': {
    output: [message(text('Tea and'))],
    more: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  },
  nothing: { output: [message(text(''))] },
}

const bodyOf = (output: object[], more: object = {}) => ({
  ...{ object: 'response', id: 'resp', model: 'real-1', status: 'completed', error: null },
  ...{ output, usage: USAGE, ...more },
})

type Event = { type: string; [member: string]: unknown }

/** What a server sends of an answer while it is made. */
function eventsOf(output: object[], more: object = {}): Event[] {
  const events: Event[] = [
    { type: 'response.created', response: { ...bodyOf([]), status: 'in_progress', usage: null } },
    { type: 'response.in_progress', response: { ...bodyOf([]), status: 'in_progress', usage: null } },
  ]
  for (const [output_index, item] of output.entries()) {
    events.push({ type: 'response.output_item.added', output_index, item: { ...item, content: [] } })
    const { content = [] } = item as { content?: { type: string; text?: string; refusal?: string }[] }
    for (const [content_index, part] of content.entries()) {
      const at = { item_id: 'm', output_index, content_index }
      events.push({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } })
      const pieces = [...(part.text ?? part.refusal ?? '').matchAll(/.{1,3}/gsu)].map(([piece]) => piece)
      for (const delta of pieces)
        events.push({ type: `response.${part.type}.delta`, ...at, delta, logprobs: [], obfuscation: 'x' })
      events.push({ type: `response.${part.type}.done`, ...at, text: part.text })
      events.push({ type: 'response.content_part.done', ...at, part })
    }
    events.push({ type: 'response.output_item.done', output_index, item })
  }
  const response = bodyOf(output, more)
  return [...events, { type: `response.${response.status}`, response }]
}

const written = (events: readonly Event[], isNamed: boolean) =>
  events
    .map((event, sequence_number) => {
      const name = isNamed ? `event: ${event.type}\n` : ''
      return `${name}data: ${JSON.stringify({ ...event, sequence_number })}\n\n`
    })
    .join('')

const streams =
  (events: readonly Event[], isNamed = true): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(written(events, isNamed))

describe('a streamed answer of the Responses API', () => {
  for (const [name, { output, more }] of Object.entries(OUTPUTS)) {
    test(`is the same as one that comes whole, and is told as it comes: ${name}`, async (t) => {
      for (const isNamed of [true, false]) {
        const peer = await chatPeer(t, (seen, response) => {
          if (seen.body['stream']) return streams(eventsOf(output, more), isNamed)(seen, response)
          return response.end(JSON.stringify(bodyOf(output, more)))
        })
        const ask = askPeer(t, peer.baseUrl)
        let told = ''
        const streamed = await ask({ model: MODEL, onText: (delta) => (told += delta) })
        assert.deepEqual(streamed, await ask({ model: MODEL }))
        assert.equal(told, name === 'a call' || name === 'a refusal' ? '' : streamed.text)
        assert.deepEqual(
          peer.seen.map(({ body }) => [body['stream'], 'stream_options' in body]),
          [
            [true, false],
            [false, false],
          ],
        )
      }
    })
  }

  test('is whole where the last event has no output, and where no other has any', async (t) => {
    const output = [message(text('Tea.'))]
    const events = eventsOf(output)
    const [last] = events.slice(-1)
    const bare = { type: 'response.completed', response: bodyOf([]) }
    for (const sent of [[...events.slice(0, -1), bare], [last as Event]]) {
      const peer = await chatPeer(t, streams(sent))
      let told = ''
      const answer = await askPeer(t, peer.baseUrl)({ model: MODEL, onText: (delta) => (told += delta) })
      assert.deepEqual([answer.text, answer.ending, answer.inputTokens, told], ['Tea.', 'whole', 7, 'Tea.'])
    }
  })

  test('fails as the server says, or as a stream that broke, with what there was of it', async (t) => {
    const events = eventsOf([message(text('Tea and cake.'))]).slice(0, -3)
    const error = { code: 'server_error', message: 'the model is out of memory' }
    const failures: Record<string, Event[]> = {
      'an event of its own': [...events, { type: 'error', param: null, ...error }],
      'a response that failed': [
        ...events,
        { type: 'response.failed', response: bodyOf([], { status: 'failed', error }) },
      ],
      'a response of whose end only its event says that': [
        ...events,
        { type: 'response.failed', response: {} },
      ],
      'a stream that ends': events,
    }
    for (const [name, sent] of Object.entries(failures)) {
      for (const isNamed of [true, false]) {
        const peer = await chatPeer(t, streams(sent, isNamed))
        await assert.rejects(askPeer(t, peer.baseUrl)({ model: MODEL, onText: () => {} }), (failed) => {
          assert.ok(failed instanceof ModelError, name)
          assert.notEqual(failed.kind, 'bad_request')
          if (!name.startsWith('a response')) assert.equal(failed.partial, 'Tea and cake.', name)
          return true
        })
      }
    }
  })

  test('is asked for as a whole where the server does not stream the model', async (t) => {
    const peer = await chatPeer(t, ({ body }, response) => {
      if (!body['stream']) return response.end(JSON.stringify(bodyOf([message(text('Tea.'))])))
      const words = 'Your organization must be verified to stream this model.'
      response.writeHead(400, { 'content-type': 'application/json' })
      return response.end(JSON.stringify({ error: { message: words, param: 'stream' } }))
    })
    const ask = askPeer(t, peer.baseUrl)
    for (const calls of [2, 3]) {
      assert.equal((await ask({ model: MODEL, onText: () => {} })).text, 'Tea.')
      assert.equal(peer.seen.length, calls)
    }
  })

  test('is told no more of than an answer may be long', async (t) => {
    const peer = await chatPeer(t, streams(eventsOf([message(text('x'.repeat(5000)))])))
    await assert.rejects(askPeer(t, peer.baseUrl, 4000)({ model: MODEL, onText: () => {} }))
  })
})
