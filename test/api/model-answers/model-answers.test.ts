import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completion, playModels } from '../../support/played-models.ts'
import { useSystem } from '../../support/system.ts'
import { bounded, type Case, error, good } from './case.ts'
import { EMPTY_TEXTS } from './empty-texts.ts'
import { ENDINGS } from './endings.ts'
import { FAILURES } from './failures.ts'
import { PLACES } from './places.ts'
import { REASONING } from './reasoning.ts'
import { SECOND_TRIES } from './second-tries.ts'
import { TOKENS } from './tokens.ts'

/** Answers as these servers give them, in our own words and values. */
const CASES: readonly Case[] = [
  ...ENDINGS,
  ...PLACES,
  ...EMPTY_TEXTS,
  ...REASONING,
  ...SECOND_TRIES,
  ...TOKENS,
  ...FAILURES,
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
