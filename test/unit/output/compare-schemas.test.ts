import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { compareSchemas } from '../../../src/output/compare-schemas.ts'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'
import { arbitraryOutputFormat } from '../../support/arbitrary-output-format.ts'
import fc from '../../support/fast-check.ts'

const misfit = (format: OutputFormat, asked: unknown) =>
  compareSchemas(compileOutput(format).jsonSchema, asked).misfit

describe('comparing what is promised with what is asked for', () => {
  test('every format fits its own schema, and one that allows everything', () => {
    fc.assert(
      fc.property(arbitraryOutputFormat, (format) => {
        const own = compileOutput(format).jsonSchema
        for (const asked of [
          own,
          true,
          {},
          { $ref: '#/$defs/x', $defs: { x: own } },
          { anyOf: [false, own] },
        ]) {
          assert.deepEqual(compareSchemas(own, asked), { misfit: null, unchecked: [] })
        }
      }),
    )
  })

  test('a schema that fits takes every value of the format, as a validator of JSON Schema sees it', () => {
    const ajv = new Ajv2020({ strict: false })
    const scalars = fc.constantFrom('string', 'integer', 'number', 'boolean', 'list')
    const formats = fc.dictionary(fc.constantFrom('a', 'b'), scalars, { minKeys: 1 })
    const schemas = fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.constantFrom<object>(
          { type: 'string' },
          { type: 'number' },
          { type: 'integer' },
          { type: ['boolean', 'string'] },
          { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'string' } }] },
          { enum: [true, false] },
        ),
      ),
      required: fc.subarray(['a', 'b']),
      additionalProperties: fc.boolean(),
    })
    const examples: Record<string, unknown[]> = {
      ...{ string: ['', 'x'], integer: [0, 1], number: [0.5, 1], boolean: [true, false], list: [[], ['x']] },
    }
    fc.assert(
      fc.property(formats, schemas, (format, schema) => {
        const isTaken = ajv.compile(schema)
        const values = [0, 1].map((at) =>
          Object.fromEntries(Object.entries(format).map(([key, type]) => [key, examples[type]?.[at]])),
        )
        if (misfit(format as OutputFormat, schema) === null)
          for (const value of values) assert.ok(isTaken(value))
      }),
      { numRuns: 500 },
    )
  })

  test('what zod makes of a type fits the format that says the same', () => {
    const type = z.object({
      text: z.string(),
      count: z.int(),
      score: z.number().nullable(),
      done: z.boolean(),
      mood: z.enum(['good', 'bad']),
      items: z.array(z.object({ name: z.string() })),
    })
    const format: OutputFormat = {
      ...{
        text: 'string',
        count: 'integer',
        done: 'bool',
        mood: { type: 'string', options: ['good', 'bad'] },
      },
      score: { type: 'float', required: false },
      items: { type: 'list', nested_structure: { name: 'str' } },
    }
    for (const target of ['draft-7', 'draft-2020-12'] as const) {
      const compared = compareSchemas(compileOutput(format).jsonSchema, z.toJSONSchema(type, { target }))
      assert.deepEqual(compared, { misfit: null, unchecked: [] })
    }
  })

  test('what differs is named with its place', () => {
    const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })
    const cases: [OutputFormat, unknown, RegExp][] = [
      [{ a: 'number' }, object({ a: { type: 'integer' } }), /at properties\.a, .*number.*integer/],
      [{ a: 'string' }, object({ a: { const: 'x' } }), /at properties\.a, .*any string/],
      [{ a: 'string' }, object({}, { required: ['b'] }), /as a whole, .*"b"/],
      [{ a: 'string' }, object({}, { additionalProperties: false }), /also answers "a"/],
      [{ a: 'list' }, object({ a: { type: 'array', items: { type: 'number' } } }), /a\.items/],
      [{ a: 'list' }, object({ a: { type: 'array', prefixItems: [] } }), /fixed places/],
      [{ a: 'string' }, { $ref: '#/nowhere' }, /#\/nowhere is not in the schema/],
      [{ a: 'string' }, { $ref: '#' }, /too complicated/],
      [{ a: 'string' }, { allOf: [{}, { type: 'array' }] }, /array is asked for/],
      [{ a: 'string' }, 'string', /no value/],
      [{ a: 'string' }, false, /no value/],
    ]
    for (const [format, asked, why] of cases) assert.match(misfit(format, asked) ?? '', why)
  })

  test('a schema that branches without end is given up, not followed', () => {
    const branches = { anyOf: Array.from({ length: 50 }, () => ({ allOf: [{ $ref: '#' }, { $ref: '#' }] })) }
    assert.match(misfit({ a: 'string' }, branches) ?? '', /too complicated/)
  })

  test('a schema that is long wherever it is referred to is given up, too', () => {
    const many = Array.from({ length: 50_000 }, (_, at) => `none ${at}`)
    const long: Record<string, object> = {
      enum: { enum: many },
      type: { type: many },
      members: Object.fromEntries(many.map((name) => [name, 1])),
      required: { type: 'object', required: [...many.map(() => 'a'), 'b'] },
      ref: { $ref: `#/${many.join('/')}` },
    }
    for (const [name, each] of Object.entries(long)) {
      const branches = Array.from({ length: 20_000 }, () => ({
        allOf: [{ $ref: '#/$defs/each' }, { not: {} }, false],
      }))
      const asked = { $defs: { each }, anyOf: [...branches, true] }
      assert.match(
        misfit({ a: 'string' }, asked) ?? '',
        /too complicated|none|is not in the schema|^as/,
        name,
      )
    }
  })

  test('a large enumeration of the task is compared whole', () => {
    const options = Array.from({ length: 900 }, (_, at) => `option ${at}`)
    const format: OutputFormat = { a: { type: 'string', options } }
    const asked = (list: readonly string[]) => ({ type: 'object', properties: { a: { enum: list } } })
    assert.equal(misfit(format, asked(options.toReversed())), null)
    assert.match(misfit(format, asked(options.slice(1))) ?? '', /option 0/)
  })

  test('bounds are named where nobody checks them, once, and not too many', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, 1]))
    const asked = { type: 'object', properties: { a: { type: 'number', maximum: 1, ...many } } }
    const { unchecked } = compareSchemas(compileOutput({ a: 'number' }).jsonSchema, asked)
    assert.deepEqual([unchecked[0], unchecked.length], ['properties.a.maximum', 50])
  })
})
