import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createParser } from 'eventsource-parser'
import { createEventParser, type Message } from '../../../client/src/stream/event-parser.ts'
import fc from '../../support/fast-check.ts'

interface Read {
  readonly messages: Message[]
  readonly retries: number[]
}

function read(pieces: readonly string[]): Read {
  const [messages, retries]: [Message[], number[]] = [[], []]
  const parse = createEventParser(
    (message) => void messages.push(message),
    (ms) => void retries.push(ms),
  )
  for (const piece of pieces) parse(piece)
  return { messages, retries }
}

/** What a parser that many use makes of it; it knows ids of its events only, not the last one of all. */
function readByLibrary(text: string): Read {
  const [messages, retries]: [Message[], number[]] = [[], []]
  const parser = createParser({
    onEvent: ({ event, data }) => void messages.push({ event: event || 'message', data, id: null }),
    onRetry: (ms) => void retries.push(ms),
  })
  parser.feed(text)
  return { messages, retries }
}

/** Cuts a text into pieces at the given places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => text.slice(from, at[index]))
}

const end = fc.constantFrom('\n', '\r\n', '\r')
const line = fc.oneof(
  fc.constantFrom('', '', ': comment', 'data', 'data:', 'data: x', 'data:  y', 'data: {"a":"b: c"}'),
  fc.constantFrom(
    'event: run.status',
    'event:',
    'id: 1-1.20',
    'retry: 1000',
    'retry: soon',
    'other: x',
    'é: ü',
  ),
  fc.string({ maxLength: 8 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
)
const stream = fc
  .array(fc.tuple(line, end), { maxLength: 20 })
  .map((lines) => lines.flat().join(''))
  // Its end is no end of a line: what follows decides what it is.
  .map((text) => `${text}data: last\n\n`)

test('events are the same however the stream is cut, and those that a well-known parser reads', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 30 }), (text, places) => {
      const whole = read([text])
      assert.deepEqual(read(cut(text, places)), whole)
      assert.deepEqual(read([...text]), whole)
      const messages = whole.messages.map((message) => ({ ...message, id: null }))
      assert.deepEqual({ ...whole, messages }, readByLibrary(text))
    }),
  )
})

test('a byte order mark is passed over, an id stays until another comes, what no empty line ends is no event', () => {
  const { messages, retries } = read([
    '\ufeff',
    'id: a\ndata: 1\n\ndata: 2\nretry: 5\n\nid: b\0\ndata: 3\n\n',
    'data: 4\n',
  ])
  assert.deepEqual(
    messages.map(({ data, id }) => [data, id]),
    [
      ['1', 'a'],
      ['2', 'a'],
      ['3', 'a'],
    ],
  )
  assert.deepEqual(retries, [5])
})
