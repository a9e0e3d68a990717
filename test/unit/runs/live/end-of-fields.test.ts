import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginningOf, followFields } from '../../../../src/runs/live/follow-fields.ts'
import type { LiveEvent } from '../../../../src/runs/live/follow-run.ts'
import type { Position } from '../../../../src/runs/live/position.ts'
import type { Attempt, RunRecord } from '../../../../src/runs/run.ts'
import { applyOperation } from '../../../support/apply-operation.ts'
import fc from '../../../support/fast-check.ts'

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', '\ud83c', 'ü🍵"\n', '~/', 'a', 0, -1.5, true, null),
  fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.integer()), { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom('a', '/', '~', '__proto__'),
    fc.oneof(fc.string({ maxLength: 3 }), fc.boolean()),
  ),
)
const object = fc.dictionary(fc.constantFrom('a', 'b', '', '/', '~1', '__proto__', 'ключ'), value, {
  maxKeys: 5,
})
/** How the response differs from what the model wrote. */
const differs = fc.record({ of: fc.constantFrom('a', 'b', 'new'), to: fc.option(value), drop: fc.boolean() })
const escapes = (json: string): string =>
  json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const attempt: Attempt = {
  ...{ number: 1, fence: 1, outcome: 'succeeded', model: 'm', worker: 'w', started: 1, ended: 2 },
  ...{ inputTokens: 0, outputTokens: 0 },
}

/** A run that has ended, as its reader finds it: some text, no more than is kept of it, and then the end. */
async function* ended(text: string, from: Position | null, record: RunRecord): AsyncGenerator<LiveEvent> {
  const bytes = Buffer.from(text)
  const offset = from?.offset ?? 0
  if (offset < bytes.length) {
    const at = { epoch: '1-1', offset: bytes.length }
    yield { type: 'delta', at, attempt: 1, offset, text: bytes.subarray(offset).toString() }
  }
  yield { type: 'end', record }
}

/** The same object, whatever the order of its members. */
const sorted = (each: unknown): unknown =>
  typeof each !== 'object' || each === null || Array.isArray(each)
    ? each
    : Object.entries(each)
        .map(([key, part]) => [key, sorted(part)])
        .sort()

const recordOf = (response: object) =>
  ({ status: 'succeeded', attempts: [attempt], result: { response } }) as unknown as RunRecord

test('a reader whose every connection brings one event gets on to the end', async () => {
  const response = { a: 'tea', b: [1, { c: 'x' }], '/': 0, d: null }
  for (const text of ['', '{"a": "te', 'Here: {"d": ', JSON.stringify({ ...response, b: [2] })]) {
    let told: Record<string, unknown> = {}
    let seen: Position | null = null
    for (let connections = 0, end = false; !end; connections += 1) {
      assert.ok(connections < 12, text)
      // Soon nothing of the text is kept.
      const kept: string = connections < 3 ? text : ''
      const from: Position | null = seen
      for await (const event of followFields(ended(kept, beginningOf(from), recordOf(response)), from)) {
        if (event.type === 'reset') told = {}
        if (event.type === 'field') applyOperation(told, event.operation)
        if (event.type === 'field' || event.type === 'reset') seen = event.at
        end = event.type === 'end'
        break
      }
    }
    assert.deepEqual(told, response, text)
  }
})

test('before the end of a run the operations come to its response, whatever of its text was lost or changed, wherever a reader breaks off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        said: object,
        escaped: fc.boolean(),
        changes: fc.option(differs),
        kept: fc.nat({ max: 120 }),
      }),
      fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
      fc.nat({ max: 5 }),
      async ({ said, escaped, changes, kept }, breaks, goneAfter) => {
        const json = escaped ? escapes(JSON.stringify(said)) : JSON.stringify(said)
        const response = JSON.parse(JSON.stringify(said)) as Record<string, unknown>
        if (changes) response[changes.of] = changes.to
        // That a member is none of the response nobody can know who has not the text.
        if (changes?.drop && goneAfter > breaks.length) delete response[changes.of]
        const record = recordOf(response)
        let told: Record<string, unknown> = {}
        let seen: Position | null = null
        for (const [connection, events] of [...breaks, Number.POSITIVE_INFINITY].entries()) {
          const text = connection < goneAfter ? [...json].slice(0, kept).join('') : ''
          const from: Position | null = seen
          let left = events
          for await (const event of followFields(ended(text, beginningOf(from), record), from)) {
            if (left === 0) break
            left -= 1
            if (event.type === 'reset') told = {}
            if (event.type === 'field') applyOperation(told, event.operation)
            if (event.type === 'field' || event.type === 'reset') seen = event.at
          }
        }
        assert.deepEqual(sorted(told), sorted(response))
      },
    ),
    { numRuns: 1000 },
  )
})
