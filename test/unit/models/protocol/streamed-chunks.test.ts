import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TextDecoder } from 'node:util'
import { createParser } from 'eventsource-parser'
import { createEventFeed } from '../../../../src/models/protocol/transport/event-feed.ts'
import { createStreamReader } from '../../../../src/models/protocol/transport/read-event-stream.ts'
import { StreamedCompletion } from '../../../../src/models/protocol/transport/streamed-completion.ts'
import fc from '../../../support/fast-check.ts'

const cuts = fc.array(fc.nat({ max: 9 }), { maxLength: 30 })

function inPieces(whole: string, sizes: readonly number[]): string[] {
  let at = 0
  const pieces = sizes.map((size) => {
    at += size
    return whole.slice(at - size, at)
  })
  return [...pieces, whole.slice(at)]
}

test('events are found as the parser finds them, however the stream is written and cut', () => {
  const line = fc.constantFrom(
    ...[
      'data: {"a":1}',
      'data: b',
      'data:c',
      'data: ',
      'data',
      ': no',
      'event: error',
      'id: 3',
      'retry: 5',
      'x',
      '',
    ],
    ...['data: d\n\ndata: e\n', 'data: f\n\ndata: g\n\n', '\ufeff', 'data: \u2028\n'],
  )
  const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\n\n', '\n\n', '\r\n', '\r', '\r\n\r\n')), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(stream, cuts, (lines, sizes) => {
      const whole = lines.flat().join('')
      const [found, wanted]: [unknown[], unknown[]] = [[], []]
      const feed = createEventFeed(
        (event, data) => found.push([event, data]),
        1000,
        () => assert.fail('nothing is too long'),
      )
      const parser = createParser({
        maxBufferSize: 1000,
        onEvent: ({ event, data }) => wanted.push([event, data]),
      })
      for (const piece of inPieces(whole, sizes)) {
        feed(piece)
        parser.feed(piece)
        assert.deepEqual(found, wanted, JSON.stringify([whole, sizes]))
      }
    }),
    { numRuns: 3000 },
  )
})

test('chunks come to the same answer, whether or not they are alike', () => {
  const text = fc.constantFrom(
    'tea',
    ' ',
    '',
    '"',
    '\\',
    '\n',
    'Grüße 🍵',
    '\ud83c',
    '"content":"x"',
    '}',
    '\u2028',
  )
  const delta = fc.oneof(
    { weight: 6, arbitrary: fc.record({ content: text }) },
    fc.record({ role: fc.constant('assistant'), content: text }),
    fc.record({ content: text, reasoning_content: fc.constantFrom('so', null) }),
    fc.record({ content: fc.constantFrom(null, [{ type: 'text', text: 'part' }]) }),
    fc.record({ tool_calls: fc.constant([{ index: 0, id: 'c', function: { name: 'f', arguments: '{' } }]) }),
    fc.record({ content: text, refusal: fc.constantFrom('no', null) }),
  )
  const more = fc.constantFrom<object>(
    ...[
      {},
      {},
      {},
      { finish_reason: null },
      { finish_reason: 'stop' },
      { index: 1 },
      { message: { content: 'tea' } },
    ],
  )
  const chunk = fc.tuple(
    delta,
    more,
    fc.constantFrom<object>({}, {}, { model: 'm' }, { usage: { prompt_tokens: 1 } }),
  )
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const read = (differ: boolean) => {
        const heard: string[] = []
        const completion = new StreamedCompletion((each) => heard.push(each))
        for (const [at, [each, ofChoice, ofChunk]] of chunks.entries()) {
          const choices = [{ index: 0, delta: each, ...ofChoice }]
          // A number of its own makes each unlike all others.
          completion.add(undefined, JSON.stringify({ ...(differ ? { at } : {}), choices, ...ofChunk }))
          completion.tellText()
        }
        return { heard, body: completion.toBody(), size: completion.size, isFinished: completion.isFinished }
      }
      assert.deepEqual(read(false), read(true))
    }),
    { numRuns: 3000 },
  )
})

test('a stream comes to the same answer, however many of its events are read at once', async () => {
  const like = (content: string) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
  const event = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom('tea', ' ', '', 'Grüße 🍵', 'a "b"', 'a\nb', '\\', '\u2028').map(like),
    },
    fc.constantFrom(
      ...[
        ': ping\n\n',
        'data: ping\n\n',
        'data: error: x\n\n',
        'error: {}\n\n',
        'data: [DONE]\n\n',
        'event: error\ndata: {}\n\n',
        'retry: 5\n',
        '\n',
        '\r\n',
      ],
      ...['data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}\n\n', 'data:\n\n', like('x').trim()],
    ),
  )
  const read = async (parts: readonly string[]) => {
    const heard: string[] = []
    const onText = (text: string) => void heard.push(text)
    const reader = createStreamReader(new TextDecoder(), 1000, onText, () => {})
    for (const part of parts) reader.write(Buffer.from(part, 'latin1'))
    reader.end()
    const outcome = await reader.completion.catch((error: Error) => String(error))
    return { text: heard.join(''), outcome }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), cuts, async (events, sizes) => {
      // A character for each byte, so that any may be cut.
      const bytes = events.map((each) => Buffer.from(each).toString('latin1'))
      const whole = bytes.join('')
      const wanted = await read([...whole])
      assert.deepEqual(await read([whole]), wanted)
      assert.deepEqual(await read(bytes), wanted)
      assert.deepEqual(
        await read(
          inPieces(
            whole,
            sizes.map((size) => size * 20),
          ),
        ),
        wanted,
      )
    }),
    { numRuns: 2000 },
  )
})

test('what is no JSON is none, however much it is like the chunk before it', () => {
  for (const content of ['a\nb', 'a\tb', 'a\\xb', 'a"b', '\u0000']) {
    const completion = new StreamedCompletion()
    const like = (text: string) => `{"choices":[{"index":0,"delta":{"content":"${text}"}}]}`
    completion.add(undefined, like('tea'))
    completion.add(undefined, like('tea'))
    assert.throws(() => completion.add(undefined, like(content)), SyntaxError)
  }
})

test('all that is kept of tool calls counts for how long an answer may be', () => {
  const long = 'x'.repeat(1000)
  for (const call of [
    { index: 0, function: { name: long } },
    { index: long, function: { name: 'f' } },
    { id: long, function: { name: 'f' } },
  ]) {
    const completion = new StreamedCompletion()
    completion.add(undefined, JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }))
    assert.ok(completion.size >= 1000, `${completion.size} characters`)
  }
})
