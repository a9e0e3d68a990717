import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadingPlaces } from '../../../src/files/s3/reading-places.ts'

const taken = (place: (() => void) | string): (() => void) =>
  typeof place === 'function' ? place : assert.fail(place)

test('one reader has no more than its part, and others the rest', async () => {
  const places = createReadingPlaces({ most: 3, mostOfReader: 2, waitMs: 1 })
  const first = taken(await places.take('a'))
  taken(await places.take('a'))
  assert.equal(await places.take('a'), 'own')
  taken(await places.take('b'))
  assert.equal(await places.take('b'), 'full')
  first()
  taken(await places.take('b'))
  assert.equal(await places.take('a'), 'full')
})

test('a place that comes free goes to who waits longest, but not to one who has its part', async () => {
  const places = createReadingPlaces({ most: 3, mostOfReader: 2, waitMs: 60_000 })
  const own = await Promise.all([places.take('a'), places.take('a')])
  const other = taken(await places.take('b'))
  const order: string[] = []
  const waiting = ['a', 'c', 'b'].map(async (reader) => {
    const release = taken(await places.take(reader))
    order.push(reader)
    return release
  })
  other()
  const ofC = taken((await waiting[1]) ?? 'nobody')
  assert.deepEqual(order, ['c'])
  ofC()
  await waiting[2]
  taken(own[0] ?? 'nobody')()
  await waiting[0]
  assert.deepEqual(order, ['c', 'b', 'a'])
})

test('who gave up waiting gets no place, and keeps none from others', async () => {
  const places = createReadingPlaces({ most: 1, mostOfReader: 1, waitMs: 20 })
  const release = taken(await places.take('a'))
  assert.equal(await places.take('b'), 'full')
  release()
  taken(await places.take('c'))
})
