import { completion } from '../../support/played-models.ts'
import { bounded, type Case } from './case.ts'

/** Texts that hold nothing. */
export const EMPTY_TEXTS: readonly Case[] = [
  {
    what: 'a text that nobody sees',
    text: true,
    answers: [completion({ content: '\u200b\n\ufeff' }), completion({ content: 'Tea.' })],
    calls: 2,
    response: 'Tea.',
  },
  {
    what: 'a text with a tool call only',
    text: true,
    answers: [
      completion({ content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }, 'tool_calls'),
      completion({ content: 'Tea.' }),
    ],
    calls: 2,
    response: 'Tea.',
  },
  {
    what: 'a text with reasoning only',
    text: true,
    answers: [completion({ content: '', reasoning_content: 'Hm.' })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'a text that reasoning used up',
    text: true,
    task: bounded,
    answers: [completion({ content: '' }, 'length'), completion({ content: 'Tea.' })],
    calls: 2,
    response: 'Tea.',
  },
  {
    what: 'a taken cut text is not empty',
    text: true,
    task: { on_truncated: 'accept' },
    answers: [completion({ content: ' ' }, 'length')],
    calls: 1,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'blanks',
    text: true,
    answers: [completion({ content: ' \n' })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
  },
]
