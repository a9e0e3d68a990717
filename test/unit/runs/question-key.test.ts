import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { type Asked, questionKey, subjectKey } from '../../../src/runs/reuse/question-key.ts'
import { renderPrompt } from '../../../src/tasks/prompts/prompt.ts'
import { promptsOf } from '../../../src/tasks/prompts/revision-prompts.ts'
import type { Revision } from '../../../src/tasks/task.ts'
import fc from '../../support/fast-check.ts'

const revision: Revision = {
  ...{ id: newId(), task_id: newId(), created: '2026-01-15T09:00:00.000Z', test: false, annotation: null },
  ...{ system_prompt: 'You answer.', user_prompt: 'About {text}.', llm_model_id: 'm', llm_config: null },
  ...{ output_modality: 'json', output_format: { answer: 'string' }, input_params: ['text'] },
  ...{ image_required: false, optimise_images: true, input_processors: null, rag: null },
  ...{ task_forwarder_id: null, fallback_llm_model_id: null, fallback_llm_config: null },
}
const model = {
  ...{ id: newId(), name: 'm', alias: 'm', upstreamName: 'up', provider: 'p', description: '' },
  server: { name: 's', baseUrl: 'http://127.0.0.1:1/v1', apiKey: '', timeoutMs: 1000 },
  ...{
    output: 'json_schema' as const,
    supportsVision: true,
    supportsImageOutput: false,
    retired: false,
    price: null,
  },
}
const choice = { model, parameters: { temperature: 0, seed: 1 }, fallback: false }
const base: Asked = {
  request: { project: newId(), task: newId(), fileNames: [], cache: { seconds: 60, files: ['a', 'b'] } },
  revision,
  choices: [choice],
  prepared: {
    messages: [
      { role: 'system', text: 'You answer.' },
      { role: 'user', text: 'About tea.', images: [], files: [] },
    ],
  },
  schema: { type: 'object', properties: { a: {}, b: {} } },
}
const withRequest = (fields: Partial<Asked['request']>): Asked => ({
  ...base,
  request: { ...base.request, ...fields },
})
const withRevision = (fields: Partial<Revision>): Asked => ({ ...base, revision: { ...revision, ...fields } })
const withModel = (fields: object): Asked => ({
  ...base,
  choices: [{ ...choice, model: { ...model, ...fields } }],
})
const withParameters = (parameters: object): Asked => ({ ...base, choices: [{ ...choice, parameters }] })
const withMessages = (system: string, user: string): Asked => ({
  ...base,
  prepared: {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: user },
    ],
  },
})

const DIFFERENT: Record<string, Asked> = {
  base,
  project: withRequest({ project: newId() }),
  task: withRequest({ task: newId() }),
  'names of files': withRequest({ fileNames: ['a.pdf'] }),
  'another file': withRequest({ cache: { seconds: 60, files: ['a', 'c'] } }),
  'the order of files': withRequest({ cache: { seconds: 60, files: ['b', 'a'] } }),
  'no files': withRequest({ cache: { seconds: 60 } }),
  'the id of the revision': withRevision({ id: newId() }),
  'the content of the revision': withRevision({ system_prompt: 'You answer well.' }),
  'its format in another order': withRevision({ output_format: { b: 'string', answer: 'string' } }),
  'its flags': withRevision({ optimise_images: false }),
  'its processors': withRevision({ input_processors: [{ id: 'x' }] }),
  'the rendered user prompt': withMessages('You answer.', 'About coffee.'),
  'the rendered system prompt': withMessages('You answer!', 'About tea.'),
  'where one prompt ends': withMessages('You answer.A', 'bout tea.'),
  'the model': withModel({ id: newId() }),
  'the name of the model': withModel({ name: 'n' }),
  'what its server calls it': withModel({ upstreamName: 'down' }),
  'its server': withModel({ server: { ...model.server, baseUrl: 'http://127.0.0.1:2/v1' } }),
  'a header of its server': withModel({
    server: {
      ...model.server,
      transport: { auth: 'none', headers: { x: '1' }, query: {}, proxy: null, tls: {}, secrets: [] },
    },
  }),
  'its protocol': withModel({ api: 'responses' }),
  'how it is asked for JSON': withModel({ output: 'none' }),
  temperature: withParameters({ temperature: 1, seed: 1 }),
  seed: withParameters({ temperature: 0, seed: 2 }),
  'no seed': withParameters({ temperature: 0 }),
  max_tokens: withParameters({ temperature: 0, seed: 1, max_tokens: 5 }),
  extra: withParameters({ temperature: 0, seed: 1, extra: {} }),
  'a member of extra': withParameters({ temperature: 0, seed: 1, extra: { a: [] } }),
  'another kind of it': withParameters({ temperature: 0, seed: 1, extra: { a: {} } }),
  'a large number in it': withParameters({
    temperature: 0,
    seed: 1,
    extra: { a: JSON.rawJSON('12345678901234567890') },
  }),
  'the next large number': withParameters({
    temperature: 0,
    seed: 1,
    extra: { a: JSON.rawJSON('12345678901234567891') },
  }),
  'a fallback': { ...base, choices: [choice, { ...choice, fallback: true }] },
  'the fallback alone': { ...base, choices: [{ ...choice, fallback: true }] },
  'the order of models': { ...base, choices: [{ ...choice, fallback: true }, choice] },
  'the schema': { ...base, schema: { type: 'object', properties: { a: {} } } },
  'the order of the schema': { ...base, schema: { type: 'object', properties: { b: {}, a: {} } } },
  'no schema': { ...base, schema: null },
}

test('any difference of any part is another question', () => {
  const keys = Object.entries(DIFFERENT).map(([what, asked]) => [questionKey(asked), what] as const)
  assert.equal(
    new Map(keys).size,
    keys.length,
    JSON.stringify([...Map.groupBy(keys, ([key]) => key).values()].filter((same) => same.length > 1)),
  )
})

test('what says nothing of the answer, and the order of parameters, is none', () => {
  const same = [
    base,
    withRequest({ cache: { seconds: 5, fresh: true, files: ['a', 'b'] } }),
    withParameters({ seed: 1, temperature: 0 }),
    withParameters({ seed: 1, temperature: 0, top_p: undefined }),
    withModel({ description: 'other', price: { input: 1, output: 1 }, retired: true }),
    withModel({ server: { ...model.server, apiKey: 'sk-renewed-key-of-the-server', timeoutMs: 5 } }),
    { ...base, revision: { ...revision } },
  ]
  assert.equal(new Set(same.map(questionKey)).size, 1)
})

test('inputs are the same question whenever the prompts are, in whatever order they come', () => {
  const inputs = fc.dictionary(fc.constantFrom('text', 'more', 'other'), fc.jsonValue(), { minKeys: 1 })
  const ask = (given: Record<string, unknown>): [key: string, prompts: string] => {
    const { system, user } = promptsOf(revision)
    const [s, u] = [renderPrompt(system, given), renderPrompt(user, given)]
    return [questionKey(withMessages(s, u)), JSON.stringify([s, u])]
  }
  fc.assert(
    fc.property(inputs, inputs, (first, second) => {
      const [a, b] = [
        { text: 'tea', ...first },
        { text: 'tea', ...second },
      ]
      const [keyA, promptsA] = ask(a)
      const [keyB, promptsB] = ask(b)
      assert.equal(keyA === keyB, promptsA === promptsB)
      assert.equal(ask(Object.fromEntries(Object.entries(a).reverse()))[0], keyA)
    }),
  )
})

test('what a run is about are the inputs of its prompts; with input processors all of them, since those may use any', () => {
  const subject = (inputs: Record<string, unknown>, fields: Partial<Revision> = {}) =>
    subjectKey({ inputs, llmConfig: null, useFallback: false }, { ...revision, ...fields })
  const [tea, other] = [
    { text: 'tea', url: 'https://one.example' },
    { text: 'tea', url: 'https://two.example' },
  ]
  assert.equal(subject(tea), subject(other))
  assert.notEqual(subject(tea), subject({ ...tea, text: 'milk' }))
  const processed = { input_processors: [{ id: newId(), param: 'text', processor: 'p', config: {} }] }
  const with_ = processed as unknown as Partial<Revision>
  assert.notEqual(subject(tea, with_), subject(other, with_))
  assert.equal(subject(tea, with_), subject({ url: tea.url, text: 'tea' }, with_))
})
