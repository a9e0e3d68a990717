import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { declareEndpoints } from '../../../src/compose/compose-api.ts'
import { readConfig } from '../../../src/config.ts'
import { check, issuesOf } from '../../../src/http/check-request.ts'
import type { ValidationIssue } from '../../../src/platform/errors.ts'
import { prettyIssues } from '../../../src/platform/told-issues.ts'
import { scoresSchema } from '../../../src/tasks/scores/score.ts'
import { wrongValues } from '../../support/wrong-values.ts'

/** What says that something is wrong, and not what. */
const MUTE = /^(Invalid input|Invalid (key|value) in \w+)?$/

const told = (schema: z.ZodType, value: unknown): readonly ValidationIssue[] =>
  issuesOf(() => check(schema, value, 'body'))

const isAt = ({ loc }: ValidationIssue, path: readonly (string | number)[]): boolean =>
  path.every((step, at) => String(loc[at + 1]) === String(step))

describe('whatever is wrong with a request, the refusal says what, and where', () => {
  for (const { method, path, query, body, headers, params } of declareEndpoints(readConfig({}))) {
    const parts = Object.entries({ query, body, headers, params }).filter(([, schema]) => schema)
    for (const [part, schema] of parts as [string, z.ZodType][]) {
      test(`${method} ${path}, its ${part}`, () => {
        for (const wrong of wrongValues(schema)) {
          const issues = told(schema, wrong.value)
          const isMute = issues.some(({ msg }) => MUTE.test(msg))
          // What is wrong by itself is named, whatever else is wrong or missing beside it.
          const isNamed =
            issues.some((issue) => isAt(issue, wrong.path)) ||
            z.safeParse(wrong.schema, wrong.given).success ||
            z.safeParse(schema, wrong.value).success
          if (!isMute && isNamed) continue
          // Only now: some of these values are megabytes.
          const [value, said] = [JSON.stringify(wrong.value), JSON.stringify(issues)]
          assert.fail(`${value.slice(0, 300)}: ${said.slice(0, 1000)}`)
        }
      })
    }
  }
})

describe('what a value of several shapes is told', () => {
  const cases: [string, z.ZodType, unknown, [string, string][]][] = [
    ...(
      [
        ['no such shape', { a: 1 }, [['a', 'Invalid input: expected object, received number']]],
        ['no word that tells the shape', { a: {} }, [['a.type', 'field required']]],
        [
          'an unknown word',
          { a: { type: 'stars' } },
          [['a.type', 'Invalid option: expected "boolean", "number" or "category"']],
        ],
        [
          'a member of the shape that is meant',
          { a: { type: 'boolean', good: 1 } },
          [['a.good', 'Invalid input: expected boolean, received number']],
        ],
        ['an unknown member', { a: { type: 'boolean', good: true, min: 1 } }, [['a.min', 'unknown field']]],
        [
          'what only its own rule refuses',
          { a: { type: 'number', min: 2, max: 1, good: 'low' } },
          [['a', 'min must be below max']],
        ],
        [
          'a name',
          { A: { type: 'boolean', good: true } },
          [['A', 'expected 1-32 small letters, digits or _, a letter first']],
        ],
      ] as const
    ).map(
      ([what, value, expected]) =>
        [what, scoresSchema(20), value, expected] as unknown as (typeof cases)[number],
    ),
    [
      'neither shape',
      z.object({ stop: z.union([z.string(), z.array(z.string())]) }),
      { stop: 5 },
      [['stop', 'Invalid input: expected string or array']],
    ],
    [
      'an item of the shape that is meant',
      z.object({ stop: z.union([z.string(), z.array(z.string())]) }),
      { stop: ['a', 5] },
      [['stop.1', 'Invalid input: expected string, received number']],
    ],
    [
      'none of some words, nor the other shape',
      z.object({ flag: z.union([z.boolean(), z.enum(['true', 'false'])]) }),
      { flag: 'yes' },
      [['flag', 'Invalid input: expected boolean, "true" or "false"']],
    ],
    [
      'a shape within a shape',
      z.object({ a: z.union([z.string(), z.array(z.union([z.string(), z.object({ b: z.number() })]))]) }),
      { a: [{ b: 'x' }] },
      [['a.0.b', 'Invalid input: expected number, received string']],
    ],
    [
      'a union that says itself what it expects',
      z.object({ a: z.union([z.literal('x'), z.object({ b: z.number() })], { error: 'expected x' }) }),
      { a: 1 },
      [['a', 'expected x']],
    ],
    [
      'nothing at all',
      z.object({ a: z.union([z.string(), z.array(z.string())]) }),
      {},
      [['a', 'field required']],
    ],
  ]
  for (const [what, schema, value, expected] of cases) {
    test(what, () => {
      const said = told(schema, value).map(({ loc, msg }) => [loc.slice(1).join('.'), msg])
      assert.deepEqual(said, expected)
    })
  }

  test('the same in lines, as of files', () => {
    const schema = z.strictObject({ a: z.union([z.string(), z.strictObject({ env: z.string() })]) })
    const { error } = schema.safeParse({ a: { env: 5 } })
    assert.ok(error)
    assert.equal(prettyIssues(error), '✖ Invalid input: expected string, received number\n  → at a.env')
  })
})
