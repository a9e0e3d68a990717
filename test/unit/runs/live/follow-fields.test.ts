import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followFields } from '../../../../src/runs/live/follow-fields.ts'
import type { LiveEvent } from '../../../../src/runs/live/follow-run.ts'
import type { Position } from '../../../../src/runs/live/position.ts'
import { applyOperation } from '../../../support/apply-operation.ts'
import fc, { isReadAsWritten } from '../../../support/fast-check.ts'

const key = fc.oneof(
  fc.constantFrom('a', '', '/', '~', '~1', '__proto__', 'ключ', '🍵'),
  fc.string({ maxLength: 4 }).filter(isReadAsWritten),
)
const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', '\0', '"', '\\', '\ud83c', 'ü🍵"\n', '\udf75\ud83c'),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    ...[
      words,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ],
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}))
const object = fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 })
/** With every character that is no ASCII as an escape or not, and with space or not. */
const asText = fc.record({ object, escapes: fc.boolean(), space: fc.constantFrom(0, 2) }).map((made) => {
  const json = JSON.stringify(made.object, null, made.space)
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return { object: JSON.parse(json), json: made.escapes ? json.replaceAll(/[^\x20-\x7e\n]/g, escaped) : json }
})
const cuts = fc.array(fc.nat(), { maxLength: 12 })

/** The deltas of a text that comes in pieces, which end between characters. */
function deltasOf(text: string, cutAt: readonly number[]): Extract<LiveEvent, { type: 'delta' }>[] {
  const characters = [...text]
  const ends = [...new Set([...cutAt.map((at) => at % (characters.length + 1)), characters.length])].sort(
    (a, b) => a - b,
  )
  let from = 0
  let offset = 0
  return ends.map((end) => {
    const piece = characters.slice(from, end).join('')
    const begin = offset
    from = end
    offset += Buffer.byteLength(piece)
    return { type: 'delta' as const, at: { epoch: '1-1', offset }, attempt: 1, offset: begin, text: piece }
  })
}

async function* those(events: readonly LiveEvent[]): AsyncGenerator<LiveEvent> {
  yield* events
}

const read = async (events: readonly LiveEvent[], from: Position | null) =>
  (await Array.fromAsync(followFields(those(events), from))).flatMap((event) =>
    event.type === 'field' ? [event] : [],
  )

test('the operations come to the object, however its text comes, and wherever a reader breaks off and comes again', async () => {
  await fc.assert(
    fc.asyncProperty(asText, cuts, cuts, fc.nat(), async (made, first, second, broken) => {
      const all = await read(deltasOf(`Here it is:\n${made.json}\nAnything else?`, first), null)
      const seen = all.slice(0, broken % (all.length + 1))
      const position = seen.at(-1)?.at ?? null
      const rest = await read(deltasOf(`Here it is:\n${made.json}\nAnything else?`, second), position)
      const built = {}
      for (const { operation } of [...seen, ...rest]) applyOperation(built, operation)
      assert.equal(JSON.stringify(built), JSON.stringify(made.object))
    }),
    { numRuns: 750 },
  )
})

test('a position within a character is taken for the next one, and damages nothing', async () => {
  const deltas = deltasOf('{"a": "🍵b"}', [])
  for (const offset of [8, 9, 10]) {
    const [told] = await read(deltas, { epoch: '1-1', offset })
    assert.deepEqual(told?.operation, { path: '/a', append: 'b' })
  }
})
