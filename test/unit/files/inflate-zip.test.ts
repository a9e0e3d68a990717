import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TooLarge, Unreadable } from '../../../src/files/document/extraction-limits.ts'
import { inflateZip } from '../../../src/files/document/inflate-zip.ts'
import { readZipDirectory } from '../../../src/files/document/read-zip-directory.ts'
import { zipOf } from '../../support/made-documents.ts'

const ALL = () => true
const LARGE = { inflatedMax: 1_000_000 }

/** What an inflated zip file has, by the names of its parts. */
function partsOf(zip: Buffer): Record<string, string> {
  const parts = readZipDirectory(zip)?.parts ?? []
  return Object.fromEntries(
    parts.map(({ name, at, packed, method }) => {
      assert.equal(method, 0)
      const from = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
      return [name, zip.toString('utf8', from, from + packed)]
    }),
  )
}

test('the wanted parts of a zip file come out as they are, also from one that is not packed', () => {
  const parts = { 'a.xml': 'x'.repeat(5000), 'Größe.xml': 'Käse', 'empty.xml': '', 'photo.png': 'not wanted' }
  const { 'photo.png': _, ...wanted } = parts
  const inflated = inflateZip(zipOf(parts), LARGE, (name) => name.endsWith('.xml'))
  assert.deepEqual(partsOf(inflated), wanted)
  assert.deepEqual(partsOf(inflateZip(inflated, LARGE, ALL)), wanted)
})

test('what comes out is bounded, whatever the parts claim', () => {
  const zip = zipOf({ a: 'x'.repeat(600), b: 'y'.repeat(400) }, { a: 1, b: 1 })
  assert.deepEqual(Object.keys(partsOf(inflateZip(zip, { inflatedMax: 1000 }, ALL))), ['a', 'b'])
  assert.throws(() => inflateZip(zip, { inflatedMax: 999 }, ALL), TooLarge)
  assert.throws(() => inflateZip(zip, { inflatedMax: 600 }, ALL), TooLarge)
  const plain = inflateZip(zip, LARGE, ALL)
  assert.throws(() => inflateZip(plain, { inflatedMax: 999 }, ALL), TooLarge)
})

test('parts with a password, packed otherwise, or that are not where they should be, are said to be so', () => {
  const zip = zipOf({ a: 'x'.repeat(600) })
  const listed = zip.lastIndexOf(Buffer.from('PK\x01\x02'))
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(zip)
    copy.writeUInt16LE(value, listed + at)
    return copy
  }
  assert.throws(() => inflateZip(changed(8, 1), LARGE, ALL), /password/)
  assert.throws(() => inflateZip(changed(10, 12), LARGE, ALL), /packed in a way/)
  assert.throws(() => inflateZip(changed(42, 7), LARGE, ALL), Unreadable)
  assert.throws(() => inflateZip(changed(42, 65_000), LARGE, ALL), Unreadable)
})
