import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Model, Run } from '../../../client/src/index.ts'
import { costOfRun } from '../../../console/src/pages/run/cost-of-run.ts'
import {
  feedbackChange,
  feedbackDraftOf,
  withoutSaid,
  withTyped,
} from '../../../console/src/pages/run/feedback-draft.ts'
import { isImageName, kindOf, savedName } from '../../../console/src/pages/run/file-kinds.ts'
import { originalInputs } from '../../../console/src/pages/run/original-inputs.ts'
import { DOCUMENTS, RECORDINGS } from '../../../src/files/document/document-format.ts'
import { MEDIA_TYPES } from '../../../src/files/file-store.ts'

test('what a call cost is what its parts cost: cached and reasoning tokens are parts', () => {
  const attempt = {
    ...{
      number: 1,
      started: '',
      ended: null,
      outcome: 'succeeded',
      model: 'm',
      finish_reason: null,
      code: null,
    },
    ...{ input_tokens: 1000, cached_tokens: 400, output_tokens: 300, reasoning_tokens: 100 },
    ...{ estimated: false, cost_exact: true, possible_credits: '0.00' },
  }
  const price = { input: 2, cached_input: 0.5, cache_write: 3, output: 10 }
  const run = { attempts: [attempt, { ...attempt, number: 2, model: 'other' }] } as unknown as Run
  const [call, other] = costOfRun(run, [{ id: 'i', name: 'm', price }] as unknown as Model[])
  assert.deepEqual([call?.fresh, call?.cached, call?.answer, call?.reasoning], [600, 400, 200, 100])
  assert.equal(call?.credits, (600 * 2 + 400 * 0.5 + 300 * 10) / 1_000_000)
  assert.equal(other?.credits, null)
})

describe('feedback', () => {
  const declared = {
    helpful: { type: 'boolean', good: true },
    stars: { type: 'number', min: 1, max: 5, good: 'high' },
    tone: { type: 'category', options: ['ok', 'rude'], good: ['ok'] },
  } as const
  const said = (value: boolean | number | string | null) => ({
    ...{ value, first: true, counted: true, at: '', by: '' },
  })

  test('that says nothing else than before is none; what differs goes out, what is emptied is taken back', () => {
    const scores = { helpful: said(false), stars: said(null), gone: said('x') }
    const before = feedbackDraftOf({ run_id: '', scores, comment: 'Hm.' }, declared)
    assert.deepEqual(before, { scores: { helpful: 'false', stars: '', tone: '' }, comment: 'Hm.' })
    assert.equal(feedbackChange(before, before, declared), null)
    const after = { scores: { helpful: '', stars: '4', tone: 'rude' }, comment: '' }
    assert.deepEqual(feedbackChange(before, after, declared), {
      scores: { helpful: null, stars: 4, tone: 'rude' },
      comment: null,
    })
    const only = { ...before, scores: { ...before.scores, helpful: 'true' } }
    assert.deepEqual(feedbackChange(before, only, declared), { scores: { helpful: true } })
  })

  test('that is typed stands over what was said; once it is said, only what was typed since does', () => {
    const before = { scores: { helpful: '', stars: '3' }, comment: 'Hm.' }
    const typed = { scores: { helpful: 'true' }, comment: '' }
    const sent = withTyped(before, typed)
    assert.deepEqual(sent, { scores: { helpful: 'true', stars: '3' }, comment: '' })
    const since = { scores: { helpful: 'true', stars: '5' }, comment: 'Well.' }
    assert.deepEqual(withoutSaid(typed, sent), { scores: {}, comment: undefined })
    assert.deepEqual(withoutSaid(since, sent), { scores: { stars: '5' }, comment: 'Well.' })
  })
})

test('inputs are given back as they were sent, whatever processors made of them', () => {
  const run = (submitted: Record<string, unknown>, input_processor_timing: number) => ({
    ...{ run_data: { submitted, files: [] }, input_processor_timing },
  })
  const processed = { page: '# A page', page_preprocessed: 'http://x', text: 'tea' }
  assert.deepEqual(originalInputs(run(processed, 0.2)), { page: 'http://x', text: 'tea' })
  // Without processors, both are inputs of the caller.
  assert.deepEqual(originalInputs(run(processed, 0)), processed)
  assert.deepEqual(originalInputs(run({ x_preprocessed: 1 }, 1)), { x_preprocessed: 1 })
})

test('a file is saved under its name, and as what it is', () => {
  assert.equal(savedName('Contract.PDF', 'x.pdf'), 'Contract.PDF')
  assert.equal(savedName('start.bat', 'x.txt'), 'start.bat.txt')
  assert.equal(savedName(null, 'x.csv'), 'x.csv')
})

test('every kind of file that the server stores is an image or has a word', () => {
  for (const [extension, type] of Object.entries(MEDIA_TYPES)) {
    assert.equal(isImageName(`a.${extension}`), type.startsWith('image/'), extension)
  }
  for (const extension of [...Object.keys(DOCUMENTS), ...Object.keys(RECORDINGS)]) {
    assert.notEqual(kindOf(`a.${extension}`), extension)
  }
})
