import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaProblem } from '../../../src/models/schema-limits.ts'

const object = (properties: Record<string, object>) => ({ type: 'object', properties })
const keys = (count: number) =>
  object(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, { type: 'string' }])))
const levels = (count: number): ReturnType<typeof object> =>
  object(count === 1 ? { a: { type: 'string' } } : { a: levels(count - 1) })
const options = (count: number, length: number) =>
  object({
    a: { type: 'string', enum: Array.from({ length: count }, (_, at) => String(at).padEnd(length, '-')) },
  })

/** What is just taken, what is just not, and the word for it. */
const EDGES = {
  openai: [
    [keys(5000), keys(5001), 'keys'],
    [levels(10), levels(11), 'levels'],
    [options(1000, 4), options(1001, 4), 'options'],
    [options(250, 479), options(250, 480), 'characters of keys'],
    [options(251, 59), options(251, 60), 'options of one key'],
  ],
  azure: [
    [keys(100), keys(101), 'keys'],
    [levels(5), levels(6), 'levels'],
    [options(500, 4), options(501, 4), 'options'],
    [options(250, 59), options(250, 60), 'characters of keys'],
    [options(251, 29), options(251, 30), 'options of one key'],
  ],
} as const

for (const dialect of ['openai', 'azure'] as const) {
  test(`the limits of ${dialect} hold at their edges`, () => {
    for (const [taken, refused, word] of EDGES[dialect]) {
      assert.equal(schemaProblem(taken, dialect), null, word)
      assert.match(schemaProblem(refused, dialect) ?? '', new RegExp(word))
      assert.equal(schemaProblem(refused, 'json_schema'), null)
    }
  })
}
