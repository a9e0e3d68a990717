import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createParser } from 'eventsource-parser'
import { createEventFeed } from '../../../../src/models/protocol/transport/event-feed.ts'
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

test('what is no JSON is none, however much it is like the chunk before it', () => {
  for (const content of ['a\nb', 'a\tb', 'a\\xb', 'a"b', '\u0000']) {
    const completion = new StreamedCompletion()
    const like = (text: string) => `{"choices":[{"index":0,"delta":{"content":"${text}"}}]}`
    completion.add(undefined, like('tea'))
    completion.add(undefined, like('tea'))
    assert.throws(() => completion.add(undefined, like(content)), SyntaxError)
  }
})
