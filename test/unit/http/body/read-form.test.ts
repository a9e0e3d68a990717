import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { readForm } from '../../../../src/http/body/read-form.ts'

const fields = z.strictObject({
  text: z.string().nullish(),
  inputs: z.union([z.record(z.string(), z.unknown()), z.string()]),
  flag: z.union([z.boolean(), z.enum(['true', 'false'])]),
  count: z.number().nullish(),
  list: z.array(z.unknown()),
  object: z.strictObject({ a: z.number() }).nullish(),
})

test('where a schema takes the text, the text is meant, whatever it looks like', () => {
  const asText = { text: '[12]', inputs: '{"a": 1}', flag: 'true' }
  assert.deepEqual(readForm(fields, asText), asText)
  assert.deepEqual(readForm(fields, { text: 'null' }), { text: 'null' })
})

test('where it does not, the text is read as JSON', () => {
  assert.deepEqual(readForm(fields, { count: '12', list: '[1]', object: '{"a": 1}' }), {
    count: 12,
    list: [1],
    object: { a: 1 },
  })
  assert.deepEqual(readForm(fields, { object: 'null' }), { object: null })
  assert.deepEqual(
    readForm(
      fields.transform((each) => each.count),
      { count: '12' },
    ),
    { count: 12 },
  )
})

test('what is neither stays text, for the schema to refuse, and so does what the schema does not know', () => {
  const deep = '['.repeat(300) + ']'.repeat(300)
  const wrong = { count: 'x', list: '[1', object: '', unknown: '[1]', ['__proto__']: '[1]', deep }
  assert.deepEqual(readForm(fields, wrong), wrong)
  assert.deepEqual(Object.keys(readForm(fields, wrong) as object), Object.keys(wrong))
})
