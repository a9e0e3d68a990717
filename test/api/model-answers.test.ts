import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completion, type Played, playModels } from '../support/played-models.ts'
import { useSystem } from '../support/system.ts'

const GOOD = '{"answer": "yes", "score": 1}'
const VALUE = { answer: 'yes', score: 1 }
const good = completion({ content: GOOD })
const error = (status: number, body: unknown) => ({ status, body })

interface Case {
  readonly what: string
  readonly answers: Played
  /** Members of the task beside the usual ones. */
  readonly task?: object
  readonly text?: true
  readonly calls: number
  readonly reason?: string
  readonly response?: unknown
  readonly run?: Readonly<Record<string, unknown>>
  readonly error?: Readonly<Record<string, unknown>>
}

const bounded = { llm_config: { max_tokens: 50 } }
const more = { llm_config: { max_tokens: 200 } }

/** Answers as these servers give them, in our own words and values. */
const CASES: readonly Case[] = [
  // How it ended.
  {
    what: 'OpenAI, cut',
    task: bounded,
    answers: [completion({ content: '{"answer": "ye' }, 'length'), good],
    calls: 2,
    response: VALUE,
    run: { finish_reason: 'stop', output_check: 'repaired', ...more },
  },
  {
    what: 'OpenAI, cut twice',
    task: bounded,
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    run: { finish_reason: 'length' },
    error: { partial: '{"answer": "ye', retryable: false },
  },
  {
    what: 'vLLM, cut without a bound of ours',
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 1,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'Mistral, cut but whole',
    task: bounded,
    answers: [completion({ content: GOOD }, 'model_length')],
    calls: 1,
    response: VALUE,
    run: { finish_reason: 'model_length' },
  },
  {
    what: 'Google, a list that was cut',
    task: { ...bounded, output_format: { answer: 'list' } },
    answers: [completion({ content: '{"answer": ["one", "two"' }, 'MAX_TOKENS')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a key that may be absent was cut',
    task: { ...bounded, output_format: { answer: 'string', score: { type: 'number', required: false } } },
    answers: [completion({ content: '{"answer": "yes", "sco' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a text that was cut',
    text: true,
    task: bounded,
    answers: [
      completion({ content: 'It ends on the 3' }, 'length'),
      completion({ content: 'It ends on the 31st.' }),
    ],
    calls: 2,
    response: 'It ends on the 31st.',
  },
  {
    what: 'a text that was cut twice',
    text: true,
    task: bounded,
    answers: [completion({ content: 'It ends on the 3' }, 'length')],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    error: { partial: 'It ends on the 3' },
  },
  {
    what: 'a cut text that is taken',
    text: true,
    task: { ...bounded, on_truncated: 'accept' },
    answers: [completion({ content: 'It ends on the 3' }, 'length')],
    calls: 1,
    response: 'It ends on the 3',
    run: { finish_reason: 'length' },
  },
  {
    what: 'a server that takes no more room',
    task: bounded,
    answers: [
      completion({ content: '{"answer": "ye' }, 'length'),
      error(400, { error: { message: 'max_tokens must be at most 60' } }),
    ],
    calls: 2,
    reason: 'OUTPUT_TRUNCATED',
    error: { partial: '{"answer": "ye' },
  },
  {
    what: 'a model that can give no more',
    task: { ...bounded, llm_model_id: 'small' },
    answers: [completion({ content: '{"answer": "ye' }, 'length')],
    calls: 1,
    reason: 'OUTPUT_TRUNCATED',
  },
  {
    what: 'a model whose most is known',
    task: { llm_model_id: 'known' },
    answers: [completion({ content: '{"answer": "ye' }, 'length'), good],
    calls: 2,
    response: VALUE,
    run: { llm_config: { max_tokens: 800 } },
  },
  {
    what: 'Azure, filtered',
    answers: [completion({ content: 'It is' }, 'content_filter')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    error: { partial: 'It is', retryable: false },
    run: { input_tokens: 40 },
  },
  {
    what: 'Azure, filtered but whole',
    answers: [completion({ content: GOOD }, 'content_filter')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Google, nothing for safety',
    text: true,
    answers: [completion({ content: null }, 'SAFETY')],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    error: { partial: null },
  },
  {
    what: 'Azure, the prompt filtered',
    answers: [error(400, { error: { code: 'content_filter', message: 'The prompt was filtered.' } })],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Google through a gateway, the prompt blocked',
    answers: [
      { body: { choices: [], promptFeedback: { blockReason: 'SAFETY' }, usage: { prompt_tokens: 4 } } },
    ],
    calls: 1,
    reason: 'CONTENT_FILTERED',
    run: { finish_reason: 'SAFETY', input_tokens: 4 },
  },
  {
    what: 'Azure, filtered and said beside the ending',
    text: true,
    answers: [
      {
        body: {
          choices: [
            {
              message: { content: 'It is' },
              finish_reason: 'stop',
              content_filter_results: { hate: { filtered: true } },
            },
          ],
        },
      },
    ],
    calls: 1,
    reason: 'CONTENT_FILTERED',
  },
  {
    what: 'Anthropic through a gateway, cut',
    text: true,
    task: bounded,
    answers: [
      { body: { choices: [{ message: { content: 'It ends on the 3' }, stop_reason: 'max_tokens' }] } },
      completion({ content: 'It ends on the 31st.' }),
    ],
    calls: 2,
    response: 'It ends on the 31st.',
  },
  {
    what: 'OpenAI, refused',
    answers: [completion({ content: null, refusal: 'I will not.' })],
    calls: 1,
    reason: 'MODEL_REFUSED',
    error: { refusal: 'I will not.', retryable: false, partial: null },
  },
  {
    what: 'a text refused',
    text: true,
    answers: [completion({ content: null, refusal: 'I will not.' })],
    calls: 1,
    reason: 'MODEL_REFUSED',
  },
  {
    what: 'Anthropic, refused',
    text: true,
    answers: [completion({ content: 'I cannot help.' }, 'refusal')],
    calls: 1,
    reason: 'MODEL_REFUSED',
    error: { refusal: 'I cannot help.', partial: null },
  },
  {
    what: 'OpenRouter, an error beside a part',
    answers: [
      completion({ content: '{"ans' }, 'error', { error: { code: 502, message: 'Upstream died' } }),
      good,
    ],
    calls: 2,
    response: VALUE,
    run: { input_tokens: 80, output_tokens: 16 },
  },
  {
    what: 'OpenRouter, an error in the choice',
    answers: [
      {
        body: {
          choices: [
            {
              message: { content: '' },
              finish_reason: 'error',
              error: { code: 402, message: 'No credit left' },
            },
          ],
        },
      },
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'DeepSeek, out of resources',
    answers: [completion({ content: 'It' }, 'insufficient_system_resource'), good],
    calls: 2,
    response: VALUE,
  },
  // What stands elsewhere.
  {
    what: 'an optional key in another spelling',
    task: { output_format: { answer: 'string', final_score: { type: 'number', required: false } } },
    answers: [completion({ content: '{"answer": "yes", "finalScore": 1}' })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'an object among the parts',
    answers: [completion({ content: [{ type: 'json', json: VALUE }] })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'OpenRouter, JSON alone in the details of its reasoning',
    answers: [completion({ content: '', reasoning_details: [{ type: 'reasoning.text', text: GOOD }] })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a draft in the reasoning is no answer',
    answers: [completion({ content: '', reasoning_content: `${GOOD} may be too short.` }), good],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'a tool call',
    answers: [
      completion(
        {
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'response', arguments: GOOD } }],
        },
        'tool_calls',
      ),
    ],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a function call',
    answers: [
      completion({ content: null, function_call: { name: 'response', arguments: GOOD } }, 'function_call'),
    ],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'arguments that are an object',
    answers: [completion({ content: '', tool_calls: [{ function: { arguments: VALUE } }] }, 'tool_calls')],
    calls: 1,
    response: VALUE,
  },
  { what: 'an object as content', answers: [completion({ content: VALUE })], calls: 1, response: VALUE },
  {
    what: 'vLLM, JSON in the place of reasoning',
    answers: [completion({ content: null, reasoning_content: GOOD })],
    calls: 1,
    response: VALUE,
  },
  {
    what: 'a bare null',
    answers: [completion({ content: null }), good],
    calls: 2,
    response: VALUE,
    run: { input_tokens: 80 },
  },
  {
    what: 'nothing but null',
    answers: [completion({ content: null })],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { input_tokens: 80, output_tokens: 16 },
  },
  {
    what: 'no choices',
    answers: [{ body: { choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } } }],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { input_tokens: 18 },
  },
  {
    what: 'JSON that is no completion',
    answers: [{ body: { hello: 'world' } }],
    calls: 2,
    reason: 'MODEL_ERROR',
  },
  // Empty texts.
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
  // Reasoning.
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
  // The second try, and how many there are.
  {
    what: 'none but the first',
    task: { output_retries: 0 },
    answers: [completion({ content: 'No.' })],
    calls: 1,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'three more',
    task: { output_retries: 3 },
    answers: [completion({ content: 'No.' })],
    calls: 4,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'too long',
    answers: [completion({ content: JSON.stringify({ answer: 'x'.repeat(2000), score: 1 }) })],
    calls: 1,
    reason: 'OUTPUT_INVALID',
  },
  {
    what: 'a second try that is longer than the server takes',
    answers: [
      completion({ content: 'No.' }),
      error(400, { error: { code: 'context_length_exceeded', message: 'maximum context length is 90' } }),
    ],
    calls: 2,
    reason: 'OUTPUT_INVALID',
    run: { output_check: 'invalid' },
  },
  {
    what: 'Groq, JSON that did not fit',
    answers: [
      error(400, {
        error: {
          message: 'Failed to generate JSON.',
          code: 'json_validate_failed',
          failed_generation: '{"answer": "yes"',
        },
      }),
      good,
    ],
    calls: 2,
    response: VALUE,
    run: { estimated: true, cost_exact: false },
  },
  {
    what: 'Groq, JSON that fits all the same',
    answers: [
      error(400, {
        error: { code: 'json_validate_failed', message: 'no', failed_generation: `Here it is: ${GOOD}` },
      }),
    ],
    calls: 1,
    response: VALUE,
  },
  // Tokens.
  {
    what: 'xAI, reasoning beside the completion',
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 12,
          completion_tokens: 2,
          total_tokens: 334,
          completion_tokens_details: { reasoning_tokens: 320 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { input_tokens: 12, output_tokens: 322, total_tokens: 334, reasoning_tokens: 320 },
  },
  {
    what: 'OpenAI, cached at a price',
    task: { llm_model_id: 'priced' },
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 1_000_000,
          completion_tokens: 100_000,
          prompt_tokens_details: { cached_tokens: 800_000, cache_write_tokens: 100_000 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { cached_tokens: 800_000, charged_credits: '1.88', cost_exact: true, estimated: false },
  },
  {
    what: 'cached without a price',
    task: { llm_model_id: 'plainly priced' },
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: {
          prompt_tokens: 1_000_000,
          completion_tokens: 100_000,
          prompt_tokens_details: { cached_tokens: 800_000 },
        },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { charged_credits: '3.00', cost_exact: false, estimated: false },
  },
  {
    what: 'a prompt that counts nothing',
    answers: [
      completion({ content: GOOD }, 'stop', {
        usage: { prompt_tokens: 0, completion_tokens: 4, total_tokens: 4 },
      }),
    ],
    calls: 1,
    response: VALUE,
    run: { output_tokens: 4, estimated: true, cost_exact: false },
  },
  // Failures.
  {
    what: 'MiniMax, an empty account in a success',
    answers: [
      { body: { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } } },
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'Cloudflare, errors as a list in a success',
    answers: [
      { body: { success: false, result: null, errors: [{ code: 429, message: 'slow down' }] } },
      good,
    ],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'OpenAI, an empty account',
    answers: [
      error(429, {
        error: { message: 'You have nothing left.', type: 'insufficient_quota', code: 'insufficient_quota' },
      }),
    ],
    calls: 1,
    reason: 'MODEL_ERROR',
    error: { retryable: false },
  },
  {
    what: 'an error in a success',
    answers: [{ body: { error: { message: 'Busy', type: 'overloaded_error' } } }, good],
    calls: 2,
    response: VALUE,
  },
  {
    what: 'an error in a success that stays',
    answers: [{ body: { error: { message: 'bad key', type: 'authentication_error' } } }],
    calls: 1,
    reason: 'MODEL_ERROR',
  },
  {
    what: 'a model that is gone',
    answers: [error(404, { error: { message: 'The model does not exist', code: 'model_not_found' } })],
    calls: 1,
    reason: 'MODEL_RETIRED',
  },
  { what: '425', answers: [error(425, {}), good], calls: 2, response: VALUE },
  { what: '498', answers: [error(498, {}), good], calls: 2, response: VALUE },
  { what: '529', answers: [error(529, {}), good], calls: 2, response: VALUE },
  {
    what: 'six waits that were asked for',
    answers: [
      ...Array.from({ length: 6 }, () => ({
        ...error(429, { error: { message: 'slow down' } }),
        headers: { 'retry-after-ms': '5' },
      })),
      good,
    ],
    calls: 7,
    response: VALUE,
  },
  {
    what: 'waits in words',
    answers: [
      ...Array.from({ length: 5 }, () => error(429, { error: { message: 'Please try again in 8ms.' } })),
      good,
    ],
    calls: 6,
    response: VALUE,
  },
]

describe('answers of models', () => {
  let models: Awaited<ReturnType<typeof playModels>>
  process.env['SPLITRUN_TEST_MODEL_KEY'] = 'sk-a-key-of-this-test'
  const system = useSystem(async (t) => {
    models = await playModels(t, {
      plain: {},
      small: { max_output_tokens: 50 },
      known: { max_output_tokens: 800 },
      keeper: { reasoning_in_text: 'keep' },
      priced: { price: { input: 2, cached_input: 0.5, cache_write: 2.8, output: 10 } },
      'plainly priced': { price: { input: 2, output: 10 } },
    })
    return { env: { SPLITRUN_MODELS_FILE: models.file, SPLITRUN_RESPONSE_LIMIT: '1kb' } }
  })

  async function run(word: string, { answers, task = {}, text }: Pick<Case, 'answers' | 'task' | 'text'>) {
    models.play(word, answers)
    const id = await system().createTask({
      llm_model_id: 'plain',
      ...(text ? { output_modality: 'text' } : {}),
      ...task,
    })
    const { status, body } = await system().call('POST', `/task/${id}/run`, {
      task_input: { text: `[${word}]` },
    })
    return { status, reason: body.detail?.reason, run: status === 200 ? body : body.detail.run }
  }

  for (const [at, each] of CASES.entries()) {
    test(each.what, async () => {
      const word = `case ${at}`
      const { status, reason, run: ended } = await run(word, each)
      assert.equal(models.callsOf(word).length, each.calls, JSON.stringify(ended))
      if (each.reason) {
        assert.deepEqual([status, reason], [502, each.reason])
        assert.equal(ended.response, null)
      } else {
        assert.deepEqual([status, ended.response], [200, each.response])
      }
      for (const [name, value] of Object.entries(each.run ?? {})) assert.deepEqual(ended[name], value, name)
      for (const [name, value] of Object.entries(each.error ?? {}))
        assert.deepEqual(ended.error[name], value, name)
      const ends = ended.attempts.map((attempt: { finish_reason: string | null }) => attempt.finish_reason)
      assert.equal(ended.finish_reason, ends.findLast((end: string | null) => end !== null) ?? null)
    })
  }

  test('the second try is told what was wrong, and carries the schema where the prompt had none', async () => {
    await run('told', { answers: [completion({ content: '{"answer": 1}' }), good] })
    const [first, second] = models.callsOf('told').map(({ body }) => body.messages)
    assert.equal(first.length, 2)
    assert.doesNotMatch(first[0].content, /JSON Schema/)
    assert.deepEqual([second[2].role, second[2].content], ['assistant', '{"answer": 1}'])
    assert.match(second[3].content, /answer: must be a string/)
    assert.match(second[3].content, /must match this JSON Schema:\n\{"type":"object"/)
    await run('cut', { task: bounded, answers: [completion({ content: '{"answer": "y' }, 'length'), good] })
    const again = models.callsOf('cut')[1]?.body
    assert.equal(again.max_tokens, 200)
    assert.match(again.messages[3].content, /cut short/)
    assert.doesNotMatch(again.messages[3].content, /corrected/)
    await run('text', {
      text: true,
      answers: [completion({ content: null }), completion({ content: 'Tea.' })],
    })
    assert.doesNotMatch(models.callsOf('text')[1]?.body.messages[3].content, /JSON/)
  })

  test('an attempt says how it failed in the word of the server', async () => {
    const answers = [error(503, { error: { message: 'down', code: 'engine_down' } }), good]
    const { run: ended } = await run('code', { answers })
    assert.deepEqual(
      ended.attempts.map(({ outcome, code }: Record<string, string>) => [outcome, code]),
      [
        ['server_error', 'engine_down'],
        ['succeeded', null],
      ],
    )
  })

  test('lists without answers have no part of one either', async () => {
    const id = await system().createTask({ llm_model_id: 'plain', output_modality: 'text' })
    models.play('listed', [completion({ content: 'A part' }, 'length')])
    const { body } = await system().call('POST', `/task/${id}/run`, { task_input: { text: '[listed]' } })
    assert.equal(body.detail.run.error.partial, 'A part')
    const whole = await system().call('GET', `/task/${id}/run`)
    assert.equal(whole.body.results[0].error.partial, 'A part')
    const summary = await system().call('GET', `/task/${id}/run?fields=summary`)
    const { error: told, finish_reason } = summary.body.results[0]
    assert.deepEqual([told.partial, told.reason, finish_reason], [null, 'OUTPUT_TRUNCATED', 'length'])
  })

  test('only a task that answers with text may take a part of it', async () => {
    const id = await system().createTask({ llm_model_id: 'plain' })
    const changed = await system().call('POST', `/task/${id}`, { on_truncated: 'accept' })
    assert.deepEqual([changed.status, changed.body.detail[0].loc], [422, ['body', 'on_truncated']])
    const many = await system().call('POST', `/task/${id}`, { output_retries: 4 })
    assert.equal(many.status, 422)
    const kept = await system().call('POST', `/task/${id}`, { output_retries: 3 })
    assert.deepEqual([kept.body.output_retries, kept.body.on_truncated], [3, 'fail'])
  })
})
