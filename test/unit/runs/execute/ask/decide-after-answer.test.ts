import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AnswerCase,
  type Decision,
  decideAfterAnswer,
} from '../../../../../src/runs/execute/ask/decide-after-answer.ts'

const invalid = {
  check: 'invalid',
  issues: [{ path: 'a', message: 'is required' }],
  truncated: false,
  tooLong: false,
} as const
const USUAL: AnswerCase = {
  completion: { text: '{"a": 1}', ending: 'whole', refusal: null, outputTokens: 5 },
  checked: { check: 'valid', value: { a: 1 } },
  wantsJson: true,
  schema: () => null,
  triesLeft: 1,
  onTruncated: 'fail',
  maxTokens: null,
  mostTokens: null,
  responseLimit: 100_000,
}

type Over = Partial<Omit<AnswerCase, 'completion'>> & { completion?: Partial<AnswerCase['completion']> }
const decide = ({ completion, ...over }: Over): Decision =>
  decideAfterAnswer({ ...USUAL, ...over, completion: { ...USUAL.completion, ...completion } })
const shown = (decision: Decision): unknown =>
  decision.next === 'fail'
    ? decision.error.reason
    : decision.next === 'accept'
      ? decision.check
      : ['again', decision.maxTokens]

const cut = { ending: 'cut' } as const
const text = { wantsJson: false, checked: { check: 'valid', value: 'Tea' } } as const

describe('what follows an answer', () => {
  const table: readonly (readonly [what: string, over: Over, next: unknown])[] = [
    ['whole and valid', {}, 'valid'],
    ['repaired', { checked: { check: 'repaired', value: {} } }, 'repaired'],
    ['invalid', { checked: invalid }, ['again', null]],
    ['invalid for the last time', { checked: invalid, triesLeft: 0 }, 'OUTPUT_INVALID'],
    ['too long', { checked: { ...invalid, tooLong: true }, triesLeft: 3 }, 'OUTPUT_INVALID'],
    ['too long and cut', { completion: cut, checked: { ...invalid, tooLong: true } }, 'OUTPUT_INVALID'],
    ['cut, no bound', { completion: cut, checked: invalid }, 'OUTPUT_TRUNCATED'],
    ['cut, a bound', { completion: cut, checked: invalid, maxTokens: 10 }, ['again', 40]],
    [
      'cut, a bound, no try left',
      { completion: cut, checked: invalid, maxTokens: 10, triesLeft: 0 },
      'OUTPUT_TRUNCATED',
    ],
    [
      'cut, the model allows a little more',
      { completion: cut, checked: invalid, maxTokens: 10, mostTokens: 12 },
      ['again', 12],
    ],
    [
      'cut, the model allows no more',
      { completion: cut, checked: invalid, maxTokens: 10, mostTokens: 10 },
      'OUTPUT_TRUNCATED',
    ],
    [
      'cut, no more could be kept',
      { completion: cut, checked: invalid, maxTokens: 10, responseLimit: 10 },
      'OUTPUT_TRUNCATED',
    ],
    [
      'cut by the server, the model has more',
      { completion: cut, checked: invalid, mostTokens: 80 },
      ['again', 80],
    ],
    [
      'cut by the server, at the most',
      { completion: { ...cut, outputTokens: 80 }, checked: invalid, mostTokens: 80 },
      'OUTPUT_TRUNCATED',
    ],
    ['cut, but its JSON is whole', { completion: cut }, 'valid'],
    ['a cut text', { ...text, completion: cut, maxTokens: 10 }, ['again', 40]],
    ['a cut text that is taken', { ...text, completion: cut, maxTokens: 10, onTruncated: 'accept' }, 'valid'],
    [
      'nothing of a cut text',
      { ...text, checked: invalid, completion: cut, onTruncated: 'accept' },
      'OUTPUT_TRUNCATED',
    ],
    ['called whole, but cut', { checked: { ...invalid, truncated: true }, maxTokens: 10 }, ['again', 40]],
    ['called whole, but cut, no bound', { checked: { ...invalid, truncated: true } }, ['again', null]],
    ['filtered', { completion: { ending: 'filtered' } }, 'CONTENT_FILTERED'],
    [
      'filtered and taken',
      { ...text, completion: { ending: 'filtered' }, onTruncated: 'accept' },
      'CONTENT_FILTERED',
    ],
    ['refused', { completion: { ending: 'refused', refusal: 'No' } }, 'MODEL_REFUSED'],
    ['an empty text', { ...text, checked: invalid }, ['again', null]],
  ]
  for (const [what, over, next] of table) test(what, () => assert.deepEqual(shown(decide(over)), next))
})

test('what is told of a failure: words of a refusal in bounds, and what there was', () => {
  const refused = decide({ completion: { ending: 'refused', refusal: 'x'.repeat(9000), text: 'Well' } })
  assert.ok(refused.next === 'fail' && refused.error.refusal && refused.error.refusal.length <= 2000)
  assert.equal(refused.partial, 'Well')
  const same = decide({ completion: { ending: 'refused', refusal: 'No', text: 'No' } })
  assert.equal(same.next === 'fail' && same.partial, null)
})

test('the model is told what was wrong, with the schema where it had none; cut short is no wrong structure', () => {
  const told = (over: Over) => {
    const decision = decide(over)
    return decision.next === 'ask_again' ? decision.message : assert.fail(decision.next)
  }
  assert.match(told({ checked: invalid, schema: () => 'THE SCHEMA' }), /a: is required[\s\S]*THE SCHEMA$/)
  assert.match(told({ checked: invalid, completion: cut, maxTokens: 9 }), /cut short/)
  assert.doesNotMatch(told({ ...text, completion: cut, maxTokens: 9 }), /JSON/)
  assert.match(told({ ...text, checked: invalid }), /empty/)
})
