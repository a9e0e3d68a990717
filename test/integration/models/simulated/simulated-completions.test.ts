import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { simulateCompletion, violateSchema } from '../../../../src/models/simulated/simulate-completion.ts'
import { compileOutput } from '../../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../../src/output/output-format.ts'
import { validateOutput } from '../../../../src/output/validate-output.ts'
import fc from '../../../support/fast-check.ts'
import { fuzz } from '../../../support/fuzz.ts'

const scalar = fc.constantFrom('str', 'string', 'int', 'integer', 'number', 'float', 'bool', 'boolean')
const key = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,12}$/).filter((name) => name !== '__proto__')
const required = fc.constantFrom({}, { required: true }, { required: false })
const options = fc.oneof(
  fc.record({
    type: fc.constantFrom('str', 'string'),
    options: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constantFrom('int', 'integer'),
    options: fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }),
  }),
)

/** Any output_format of section 7: shorthands, options, lists, optional keys, nested up to four deep. */
const { format } = fc.letrec<{ format: OutputFormat; field: OutputFormat[string] }>((tie) => ({
  format: fc.dictionary(key, tie('field'), { minKeys: 1, maxKeys: 5 }) as fc.Arbitrary<OutputFormat>,
  field: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(scalar, fc.constantFrom('list', 'array')),
    fc.tuple(options, required).map(([spec, more]) => ({ ...spec, ...more })),
    fc.tuple(scalar, required).map(([item_type, more]) => ({ type: 'list', item_type, ...more })),
    fc
      .tuple(fc.constantFrom('object', 'list', 'array'), tie('format'), required)
      .map(([type, nested_structure, more]) => ({ type, nested_structure, ...more })),
  ) as fc.Arbitrary<OutputFormat[string]>,
}))

const ajv = new Ajv({ strict: true, allowUnionTypes: true })

test('a simulated answer fits any output_format, by our validator and by Ajv', () => {
  fc.assert(
    fc.property(format, fc.string(), (shape, prompt) => {
      const compiled = compileOutput(shape)
      const text = simulateCompletion(prompt, compiled.jsonSchema)
      assert.equal(validateOutput(compiled, text, 1_000_000).check, 'valid')
      assert.ok(ajv.validate({ ...compiled.jsonSchema }, JSON.parse(text)), ajv.errorsText())
    }),
    fuzz(80),
  )
})

test('a simulated violation fits no output_format', () => {
  fc.assert(
    fc.property(format, fc.string(), (shape, prompt) => {
      const compiled = compileOutput(shape)
      const text = violateSchema(simulateCompletion(prompt, compiled.jsonSchema))
      assert.equal(validateOutput(compiled, text, 1_000_000).check, 'invalid')
    }),
    fuzz(80),
  )
})
