import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { charsetOf, createTextCharsets } from '../../../src/files/document/text-charset.ts'
import fc from '../../support/fast-check.ts'

const inParts = (bytes: Buffer, length: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  )

test('a text is UTF-8 however it comes in parts, and not where it ends within a character', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 9 }), async (text, length) => {
      const bytes = Buffer.from(text)
      assert.equal(await charsetOf(Readable.from(inParts(bytes, length))), 'utf-8')
      const cut = Buffer.concat([bytes, Buffer.from('ü').subarray(0, 1)])
      assert.equal(await charsetOf(Readable.from(inParts(cut, length))), null)
    }),
  )
})

test('a file is read once; one that cannot be read is no text of another charset', async () => {
  let opened = 0
  const find = createTextCharsets({
    async open(run) {
      opened += 1
      if (run === 'away') throw new Error('away')
      return run === 'none' ? null : { stream: Readable.from([Buffer.from('tea')]), size: 3 }
    },
  })
  assert.equal(await find('run', 'name', 'p'), 'utf-8')
  assert.equal(await find('run', 'name', 'p'), 'utf-8')
  assert.equal(opened, 1)
  await assert.rejects(find('away', 'name', 'p'), /away/)
  assert.equal(await find('none', 'name', 'p'), null)
})
