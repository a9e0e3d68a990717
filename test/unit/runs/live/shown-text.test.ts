import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutReasoning } from '../../../../src/models/answers/without-reasoning.ts'
import { createShownText } from '../../../../src/runs/live/shown-text.ts'
import fc from '../../../support/fast-check.ts'

/** Texts of pieces that matter to the filter, so that tags and their halves are common. */
const WORDS = [
  ...['<think>', '</think>', '<thinking>', '</thinking>', '[THINK]', '[/THINK]', '◁think▷', '◁/think▷'],
  ...[
    '<|channel|>analysis',
    '<|message|>',
    '<|channel|>final<|message|>',
    '<',
    '<th',
    'ink>',
    '</',
    '[',
    '{"a": 1}',
  ],
  ...['</s>', '<|im_end|>', '<|', 'end', '|>'],
  ...[' ', '\n', '\t', 'tea', 'Grüße 🍵', '\0', '\ud83c', '\udf75', '`<think>`'],
]
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(''))
const cut = fc.array(fc.nat({ max: 6 }), { maxLength: 40 })

function inPieces(whole: string, sizes: readonly number[]): string[] {
  const pieces: string[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(whole.slice(at, at + size))
    at += size
  }
  return [...pieces, whole.slice(at)]
}

const showAll = (pieces: readonly string[]): string => {
  const show = createShownText()
  return pieces.map((piece) => show(piece)).join('')
}

test('what is shown of an answer is the same, however it comes in pieces', () => {
  fc.assert(
    fc.property(text, cut, (whole, sizes) => {
      assert.equal(showAll(inPieces(whole, sizes)), showAll([whole]))
    }),
    { numRuns: 1000 },
  )
})

test('what is shown is the beginning of the answer as it is read in the end, block or not', () => {
  const opening = fc.constantFrom(
    ...[
      '',
      ' ',
      '<think>so\nit is</think>',
      '\n<thinking>a</thinking>\n\n',
      '[THINK]x[/THINK] ',
      '◁think▷y◁/think▷\n',
    ],
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>',
    '<think>one</think>\n<think>two</think>\n',
  )
  const ending = fc.constantFrom('', '</s>', '<|im_end|>\n', '<|eot_id|> </s>', '<｜end▁of▁sentence｜>')
  const answer = fc.constantFrom('tea', 'a\n b \n', '{"a": "<b>"} ', 'Grüße 🍵\n\n\t', 'x < y', '  ')
  fc.assert(
    fc.property(opening, answer, ending, cut, (block, said, end, sizes) => {
      const whole = block + said + end
      const shown = showAll(inPieces(whole, sizes))
      const read = withoutReasoning(whole)
      assert.ok(read.startsWith(shown), JSON.stringify({ shown, read }))
      assert.equal(shown.trimEnd(), read.trimEnd())
    }),
    { numRuns: 1000 },
  )
})
