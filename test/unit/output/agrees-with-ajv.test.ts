import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv } from 'ajv'
import { compileOutput } from '../../../src/output/compile-output.ts'
import { arbitraryAnswer, arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'
import fc from '../../support/fast-check.ts'
import { assertUnchanged } from './checked-answers.ts'

describe('for any output format', () => {
  /** Compiling for Ajv is what takes time here: so each format is held against many answers. */
  const ajv = new Ajv({ strict: true, validateSchema: false, code: { optimize: false } })
  const formatAndAnswers = arbitraryOutputFormat.chain((format) =>
    fc.record({ format: fc.constant(format), answers: fc.array(arbitraryAnswer(format), { minLength: 1 }) }),
  )

  test('an answer that fits is accepted unchanged, and by Ajv with the schema', () => {
    fc.assert(
      fc.property(formatAndAnswers, ({ format, answers }) => {
        const valid = ajv.compile(compileOutput(format).jsonSchema)
        for (const answer of answers) {
          assertUnchanged(format, answer)
          assert.ok(valid(answer), ajv.errorsText(valid.errors))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('an answer with one place changed is accepted unchanged exactly when Ajv accepts it', () => {
    // Integers that are not safe are where the two differ, on purpose.
    const other = fc.jsonValue({ maxDepth: 1 }).filter((value) => !/\d{16}|e\+/.test(JSON.stringify(value)))
    const change = fc.record({ place: fc.nat(), other })
    fc.assert(
      fc.property(formatAndAnswers, fc.array(change, { minLength: 5 }), ({ format, answers }, changes) => {
        const compiled = compileOutput(format)
        const valid = ajv.compile(compiled.jsonSchema)
        for (const [index, { place, other }] of changes.entries()) {
          const changed = withOnePlaceChanged(answers[index % answers.length], place, other)
          const checked = compiled.check(changed)
          assert.equal(checked.ok && !checked.coerced, valid(changed))
          if (checked.ok) assert.ok(valid(checked.value), ajv.errorsText(valid.errors))
          else assert.ok(checked.issues.length > 0)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('an answer that lacks a required key is refused, by Ajv too', () => {
    fc.assert(
      fc.property(formatAndAnswers, ({ format, answers: [answer] }) => {
        const compiled = compileOutput(format)
        const valid = ajv.compile(compiled.jsonSchema)
        for (const [key, entry] of Object.entries(format)) {
          if (typeof entry !== 'string' && entry.required === false) continue
          const { [key]: _, ...lacking } = answer ?? {}
          assert.equal(compiled.check(lacking).ok, false)
          assert.equal(valid(lacking), false)
        }
      }),
      { numRuns: 20 },
    )
  })
})

/** Walks into the answer by the digits of `place`, and puts `other` there or takes away what was there. */
function withOnePlaceChanged(answer: unknown, place: number, other: unknown): unknown {
  const rest = Math.floor(place / 7)
  if (typeof answer !== 'object' || answer === null || place % 7 === 0) return other
  const keys = Object.keys(answer)
  const key = keys[place % (keys.length + 1)]
  if (Array.isArray(answer)) {
    if (key === undefined) return [...answer, other]
    return answer.map((item, index) =>
      String(index) === key ? withOnePlaceChanged(item, rest, other) : item,
    )
  }
  const members = Object.entries(answer)
  if (key === undefined)
    return Object.fromEntries(place % 2 ? [...members, ['extra', other]] : members.slice(1))
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === key ? withOnePlaceChanged(value, rest, other) : value]),
  )
}
