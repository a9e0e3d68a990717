import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileFormat } from '../../../console/src/pages/edit-task/compile-format.ts'
import { formatForClient, takesFormat } from '../../../console/src/parts/code/answer-kinds.ts'
import { compileResponse, OUTPUT_MODALITIES } from '../../../src/tasks/output-modality.ts'

const FORMAT = { 'a;b': 'string', amount: { type: 'number', required: false } } as const
const ROW = { name: 'string', amount: { type: 'number', required: false } } as const

test('a format is shown as the server compiles it, for an answer and for the rows of a table', () => {
  for (const modality of ['json', 'csv'] as const) {
    const compiled = compileFormat(JSON.stringify(ROW), modality)
    assert.deepEqual(compiled?.schema, compileResponse(modality, ROW)?.jsonSchema)
  }
  const headings = (['json', 'csv'] as const).map((modality) => {
    const compiled = compileFormat(JSON.stringify(ROW), modality)
    return compiled?.problems ? assert.fail() : compiled?.heading
  })
  assert.deepEqual(headings, [null, 'name,amount'])
})

test('what is wrong with it is said by its place; none at all is wrong only where one is needed', () => {
  for (const modality of ['json', 'csv'] as const) {
    assert.match(compileFormat(JSON.stringify(FORMAT), modality)?.problems?.[0] ?? '', /^a;b: /)
    assert.equal(compileFormat('{', modality)?.problems?.length, 1)
  }
  assert.equal(compileFormat(' ', 'csv'), null)
  assert.equal(compileFormat('', 'json')?.problems?.length, 1)
})

test('code that calls a task names its answers as the client does', () => {
  const revision = { output_format: { name: 'string' } } as const
  const named = OUTPUT_MODALITIES.map((output_modality) => formatForClient({ output_modality }, revision))
  assert.deepEqual(named, [revision.output_format, 'text', 'file', 'file', 'file', 'file'])
  assert.deepEqual(OUTPUT_MODALITIES.filter(takesFormat), ['json', 'csv'])
})
