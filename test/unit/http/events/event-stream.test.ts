import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import express from 'express'
import { asItIs, type StreamedEvent, sendEventStream } from '../../../../src/http/events/event-stream.ts'

/** What a connection is to a server; it keeps what is sent in one go as one text. */
class Connection extends Duplex {
  readonly sent: string[] = []
  override _read(): void {}
  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.sent.push(String(chunk))
    done()
  }
  override _writev(chunks: { chunk: Buffer | string }[], done: () => void): void {
    this.sent.push(chunks.map(({ chunk }) => String(chunk)).join(''))
    done()
  }
}

test('the head goes out in one piece with what is known at the beginning, and each later event in one', async () => {
  async function* events(): AsyncGenerator<StreamedEvent, void> {
    yield { data: 'first' }
    yield { data: 'second' }
    await turn()
    await turn()
    yield { data: 'third' }
    await turn()
  }
  const never = new AbortController().signal
  const options = { signal: never, closing: never, patienceMs: 1000, mayStill: async () => true }
  const app = express()
  const over = new Promise<void>((resolve) => {
    app.get('/', (_request, response) => {
      void sendEventStream(response, events, asItIs, options).then(resolve)
    })
  })
  const connection = new Connection()
  createServer(app).emit('connection', connection)
  connection.push('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await over
  await turn()
  const parts = connection.sent.map((part) => part.match(/HTTP\/1.1 200|retry: \d+|data: \w+|^0\r\n/gm))
  assert.deepEqual(parts, [
    ['HTTP/1.1 200', 'retry: 1000', 'data: first', 'data: second'],
    ['data: third'],
    ['0\r\n'],
  ])
  connection.destroy()
})
