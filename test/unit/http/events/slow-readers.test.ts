import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import express from 'express'
import { asItIs, type StreamedEvent, sendEventStream } from '../../../../src/http/events/event-stream.ts'

/** What a connection is to a server, with a reader at its end who takes his time for every thousand bytes. */
class SlowConnection extends Duplex {
  taken = 0
  readonly #mayRead: number
  constructor(mayRead: number) {
    super()
    this.#mayRead = mayRead
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take(chunk.length, done)
  }
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    const bytes = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0)
    this.#take(bytes, done)
  }
  #take(bytes: number, done: () => void): void {
    this.taken += bytes
    // Started in the same turn as the time limit, and shorter: however busy the machine is, it is over first.
    if (this.taken <= this.#mayRead) setTimeout(done, bytes / 1000)
  }
}

const SIZE = 700_000
const PATIENCE_MS = 250

/** What became of a connection over which a large event is sent. */
async function sendTo(reader: SlowConnection): Promise<'whole' | 'cut off'> {
  async function* events(): AsyncGenerator<StreamedEvent, void> {
    yield { data: 'begun' }
    // Now the head is out.
    await turn()
    yield { data: 'x'.repeat(SIZE) }
  }
  const app = express()
  const sent = new Promise<boolean>((resolve) => {
    app.get('/', async (_request, response) => {
      const never = new AbortController().signal
      const options = { signal: never, closing: never, patienceMs: PATIENCE_MS, mayStill: async () => true }
      await sendEventStream(response, events, asItIs, options)
      resolve(!response.destroyed)
    })
  })
  const server = createServer(app)
  server.emit('connection', reader)
  reader.push('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const isWhole = await sent
  reader.destroy()
  return isWhole ? 'whole' : 'cut off'
}

describe('a large event', () => {
  test('is sent whole to whoever reads on, however long all of it takes', async () => {
    const reader = new SlowConnection(Number.POSITIVE_INFINITY)
    assert.equal(await sendTo(reader), 'whole')
    assert.ok(reader.taken > SIZE)
  })

  test('is cut off where nothing of it is read for too long', async () => {
    assert.equal(await sendTo(new SlowConnection(SIZE / 2)), 'cut off')
  })
})
