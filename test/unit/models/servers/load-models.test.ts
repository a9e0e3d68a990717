import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createModelRegistry } from '../../../../src/models/model-registry.ts'
import { loadModels, type ModelSettings } from '../../../../src/models/servers/load-models.ts'

const nothing: ModelSettings = {
  modelsFile: null,
  openaiBaseUrl: null,
  openaiApiKey: null,
  modelNames: [],
  modelOutput: 'json_schema',
  modelTimeout: 30,
}
const load = (over: Partial<ModelSettings>, secrets: Record<string, string> = {}) =>
  loadModels({ ...nothing, ...over }, 'http://127.0.0.1:9/v1', (name) => secrets[name])

function modelsFile(t: TestContext, content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'splitrun-models-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'models.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const servers = { local: { base_url: 'http://localhost:8000/v1' } }

test('without any model there are simulated ones that say so, one for each kind of answer', () => {
  const models = load({})
  assert.deepEqual(
    models.map(({ name, output, supportsVision }) => [name, output, supportsVision]),
    [
      ['simulated-large', 'json_schema', true],
      ['simulated-small', 'json_object', true],
      ['simulated-basic', 'none', false],
      ['simulated-image', 'none', false],
      ['simulated-speech', 'none', false],
    ],
  )
  for (const model of models) {
    assert.equal(model.provider, 'simulated')
    assert.match(model.description, /simulated/i)
  }
})

test('a key alone means OpenAI; a base URL means that server', () => {
  const [openai] = load({ openaiApiKey: 'secret', modelNames: ['any'] })
  assert.equal(openai?.provider, 'openai')
  assert.equal(openai?.server.baseUrl, 'https://api.openai.com/v1')
  const local = load({ openaiBaseUrl: 'http://box:8000/v1', modelNames: ['a', 'b'], modelOutput: 'none' })
  assert.deepEqual(
    local.map(({ name, provider, output }) => [name, provider, output]),
    [
      ['a', 'box', 'none'],
      ['b', 'box', 'none'],
    ],
  )
})

test('no model is chosen by a default: what to do is said, with a place that lists them', () => {
  for (const over of [{ openaiApiKey: 'secret' }, { openaiBaseUrl: 'http://box:8000/v1' }]) {
    assert.throws(() => load(over), /set SPLITRUN_MODELS .* GET \/v1\/models lists them/)
  }
})

test('names of models without a server are refused: another model would answer', () => {
  assert.throws(
    () => load({ modelNames: ['gpt-5-mini'] }),
    /SPLITRUN_MODELS .* set OPENAI_API_KEY or OPENAI_BASE_URL/,
  )
})

test('a name that stands twice is one model', () => {
  assert.equal(load({ openaiApiKey: 'x', modelNames: ['a', 'b', 'a'] }).length, 2)
})

test('an id follows from the name, for ever, unless the file fixes one', (t) => {
  // This literal is what stored revisions refer to: it must never change.
  assert.equal(
    load({ openaiApiKey: 'x', modelNames: ['a-model'] })[0]?.id,
    '3a673830-fce5-5cd6-b0ce-ef3d49957fb4',
  )
  const id = '0190a7c8-0000-7000-8000-000000000001'
  const file = modelsFile(t, { servers, models: [{ name: 'a', id, server: 'local' }] })
  assert.equal(load({ modelsFile: file })[0]?.id, id)
})

test('a models file describes servers, keys, capabilities and prices', (t) => {
  const file = modelsFile(t, {
    servers: { paid: { base_url: 'https://example.com/v1', api_key_env: 'PAID_KEY', timeout_seconds: 5 } },
    models: [
      { name: 'A', alias: 'best', upstream_name: 'a-2', server: 'paid', price: { input: 1, output: 2.5 } },
    ],
  })
  const [model] = load({ modelsFile: file }, { PAID_KEY: 'secret' })
  assert.equal(model?.upstreamName, 'a-2')
  assert.deepEqual(model?.price, { input: 1, output: 2.5 })
  assert.deepEqual([model?.server.apiKey, model?.server.timeoutMs], ['secret', 5000])
})

test('what is wrong with a models file is said with its name and the place', (t) => {
  const model = { name: 'a', server: 'local' }
  const cases: [unknown, RegExp][] = [
    ['{', /JSON/],
    [{ servers, models: [{ ...model, serverr: 1 }] }, /serverr[\s\S]*models\[0\]/],
    [{ servers, models: [] }, /models/],
    [{ servers, models: [{ name: 'a', server: 'other' }] }, /other/],
    [{ servers: { local: { base_url: 'ftp://x' } }, models: [model] }, /servers\.local\.base_url/],
    [{ servers: { local: { ...servers.local, api_key_env: 'NOT_SET' } }, models: [model] }, /NOT_SET/],
    [{ servers, models: [model, { ...model, name: 'b', alias: 'A' }] }, /share the name a/],
    [{ servers: { local: { ...servers.local, api_key_env: 'BROKEN' } }, models: [model] }, /BROKEN/],
    [{ servers, models: [{ ...model, price: { input: 1e300, output: 1 } }] }, /price\.input/],
    [{ servers, models: [{ ...model, limits: {} }] }, /limits/],
  ]
  for (const [content, expected] of cases) {
    const file = modelsFile(t, content)
    assert.throws(
      () => load({ modelsFile: file }, { BROKEN: 'a\nb' }),
      (error) => error instanceof Error && error.message.includes(file) && expected.test(error.message),
    )
  }
  assert.throws(() => load({ modelsFile: '/nowhere/models.json' }), /\/nowhere\/models\.json/)
})

test('the registry finds a model by id, name or alias in any case, and hides retired ones from lists', (t) => {
  const file = modelsFile(t, {
    servers,
    models: [
      { name: 'New', alias: 'best', server: 'local' },
      { name: 'Old', server: 'local', retired: true },
    ],
  })
  const models = load({ modelsFile: file })
  const registry = createModelRegistry(models)
  const [fresh, old] = models
  for (const spelling of ['New', 'new', 'BEST', fresh?.id ?? '', fresh?.id.toUpperCase() ?? '']) {
    assert.equal(registry.find(spelling), fresh)
  }
  assert.equal(registry.find('old'), old)
  assert.equal(registry.find('none'), null)
  assert.deepEqual(registry.list({ includeRetired: false }), [fresh])
  assert.deepEqual(registry.list({ includeRetired: true }), models)
})

test('what an endpoint cannot do is refused where it is configured', (t) => {
  const loadFile = (content: unknown) => load({ modelsFile: modelsFile(t, content) })
  const WRONG = [
    [{ api: 'images', supports_vision: true }, /takes texts only/],
    [{ api: 'speech', supports_pdf: true }, /takes texts only/],
    [{ api: 'speech', supports_image_output: true }, /makes nothing else/],
    [{ api: 'images', supports_audio_output: true }, /makes nothing else/],
    [{ api: 'responses', supports_image_output: true }, /no pictures and recordings/],
    [{ api: 'videos' }, /api/],
  ] as const
  for (const [fields, said] of WRONG) {
    const file = { servers, models: [{ name: 'm', server: 'local', ...fields }] }
    assert.throws(() => loadFile(file), said, JSON.stringify(fields))
  }
  const made = loadFile({
    servers,
    models: [
      { name: 'i', server: 'local', api: 'images' },
      { name: 's', server: 'local', api: 'speech' },
    ],
  })
  assert.deepEqual(
    made.map((each) => [each.supportsImageOutput, each.supportsAudioOutput]),
    [
      [true, false],
      [false, true],
    ],
  )
})
