import { completion } from '../../support/played-models.ts'
import { type Case, GOOD, VALUE } from './case.ts'

/** Reasoning within an answer. */
export const REASONING: readonly Case[] = [
  {
    what: 'Qwen, a block',
    text: true,
    answers: [completion({ content: '<think>\nHm.\n</think>\n\nTea.' })],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'DeepSeek, only the closing tag',
    text: true,
    answers: [completion({ content: 'Hm.\n</think>\n\nTea.' })],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'a block that is not closed',
    text: true,
    answers: [completion({ content: '<think>\nHm.' }), completion({ content: 'Tea.' })],
    calls: 2,
    response: 'Tea.',
  },
  {
    what: 'gpt-oss, channels',
    text: true,
    answers: [
      completion({
        content:
          '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Tea.<|return|>',
      }),
    ],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'Mistral, parts',
    text: true,
    answers: [
      completion({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'Tea.' },
        ],
      }),
    ],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'a part of type reasoning',
    text: true,
    answers: [
      completion({
        content: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'Tea.' },
        ],
      }),
    ],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'a token of the template',
    text: true,
    answers: [completion({ content: 'Tea.<|im_end|>' })],
    calls: 1,
    response: 'Tea.',
  },
  {
    what: 'a model that keeps it',
    text: true,
    task: { llm_model_id: 'keeper' },
    answers: [completion({ content: '<think>Hm.</think>Tea.' })],
    calls: 1,
    response: '<think>Hm.</think>Tea.',
  },
  {
    what: 'a block before JSON',
    answers: [completion({ content: `<think>{"answer": "no"}?</think>${GOOD}` })],
    calls: 1,
    response: VALUE,
  },
]
