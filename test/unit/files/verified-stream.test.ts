import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { verifiedStream } from '../../../src/files/s3/verified-stream.ts'

const WHOLE = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))
const chunks = (data: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(data.length / size) }, (_, at) =>
      data.subarray(at * size, (at + 1) * size),
    ),
  )

function verify(source: Readable, range: { start: number; end: number } | null): Readable {
  return verifiedStream(source, {
    ...{ sha256: createHash('sha256').update(WHOLE).digest('hex'), size: WHOLE.length, range },
    damaged: () => new Error('damaged'),
    broken: (cause) => new Error('broken', { cause }),
  })
}

/** All that a reader gets before the error. */
async function readUntilError(stream: Readable): Promise<{ got: Buffer; message: string | null }> {
  const got: Buffer[] = []
  try {
    for await (const chunk of stream) got.push(chunk as Buffer)
    return { got: Buffer.concat(got), message: null }
  } catch (error) {
    return { got: Buffer.concat(got), message: (error as Error).message }
  }
}

const RANGES = [
  null,
  { start: 0, end: 0 },
  { start: 999, end: 999 },
  { start: 0, end: 999 },
  { start: 10, end: 700 },
]

for (const size of [1, 7, 100, 1000]) {
  test(`in chunks of ${size}: every wanted byte of what is right, and of what is not never all`, async () => {
    for (const range of RANGES) {
      const wanted = range ? WHOLE.subarray(range.start, range.end + 1) : WHOLE
      assert.ok((await buffer(verify(chunks(WHOLE, size), range))).equals(wanted))
      for (const at of [0, 9, 500, 999]) {
        const flipped = Buffer.from(WHOLE)
        flipped[at] = (flipped[at] ?? 0) ^ 1
        const { got, message } = await readUntilError(verify(chunks(flipped, size), range))
        assert.equal(message, 'damaged')
        assert.ok(got.length < wanted.length, `${JSON.stringify(range)} ${at}`)
      }
    }
  })
}

test('what ends too early, or too late, is damaged; what breaks off is broken', async () => {
  for (const other of [WHOLE.subarray(0, 999), Buffer.concat([WHOLE, Buffer.from('x')]), Buffer.alloc(0)]) {
    assert.equal((await readUntilError(verify(chunks(other, 64), null))).message, 'damaged')
  }
  const breaking = Readable.from(
    (async function* () {
      yield WHOLE.subarray(0, 100)
      throw new Error('reset')
    })(),
  )
  assert.equal((await readUntilError(verify(breaking, null))).message, 'broken')
})

test('a reader that leaves lets go of the source', async () => {
  const source = chunks(WHOLE, 10)
  const stream = verify(source, null)
  for await (const _ of stream) break
  assert.ok(source.destroyed)
})
