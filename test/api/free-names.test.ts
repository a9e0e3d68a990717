import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { modelsFileSchema } from '../../src/models/servers/models-file-schema.ts'
import { ValidationError } from '../../src/platform/errors.ts'
import { readSavedPrompts } from '../../src/transfer/openai/saved-prompt.ts'
import { chatCompletion, type RecordedCall, startRecordedServer } from '../support/recorded-server.ts'
import { useSystem } from '../support/system.ts'

/** By a standard, everything unknown is passed over. */
const PASSES_OVER = ['createToken']
/** What every object has without having it; to write the first in JavaScript changes what an object is. */
const FREE = '"__proto__": "p", "constructor": "c", "prototype": "q"'
const NAMES = ['__proto__', 'constructor', 'prototype']

/** A schema of zod, of whatever kind, and where it stands. */
type Visit = (schema: z.core.$ZodType, place: string, isInUnion: boolean) => void

/** Visits a schema and all within it, but not what a `preprocess` stands before. */
function walk(schema: z.core.$ZodType, visit: Visit, place = 'body', isInUnion = false, seen = new Set()) {
  if (seen.has(schema)) return
  seen.add(schema)
  const inside = (next: z.core.$ZodType, name = '', inUnion = false) =>
    walk(next, visit, name ? `${place}.${name}` : place, inUnion, seen)
  const members = (of: z.core.$ZodType) => {
    if (of instanceof z.ZodObject)
      for (const [name, each] of Object.entries(of.shape)) inside(each as z.ZodType, name)
    if (of instanceof z.ZodRecord) inside(of.valueType, '*')
  }
  visit(schema, place, isInUnion)
  if (schema instanceof z.ZodPipe) {
    if (!(schema.in instanceof z.ZodTransform)) inside(schema.in, '', isInUnion)
    else if (schema.out instanceof z.ZodObject || schema.out instanceof z.ZodRecord) members(schema.out)
    else inside(schema.out as z.ZodType, '', isInUnion)
    return
  }
  members(schema)
  if (schema instanceof z.ZodArray) inside(schema.element, '*')
  if (schema instanceof z.ZodUnion) for (const each of schema.options) inside(each, '', true)
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType }
  if (innerType) inside(innerType, '', isInUnion)
}

/** Whether an object may have members of free names, one of which goes unsaid: it passes, and is not there. */
function loses(schema: z.core.$ZodType): boolean {
  if (!('shape' in schema || schema instanceof z.ZodRecord || schema instanceof z.ZodPipe)) return false
  const { success, data, error } = z.safeParse(schema, JSON.parse('{"__proto__": "p"}'))
  if (success) return typeof data === 'object' && data !== null && !Object.hasOwn(data, '__proto__')
  const isNamed = error.issues.some(({ path, ...issue }) => path[0] === '__proto__' || 'keys' in issue)
  const isOpen = schema instanceof z.ZodRecord || (schema instanceof z.ZodObject && schema.def.catchall)
  return Boolean(isOpen) && !isNamed
}

describe('members that callers name', () => {
  let asked: RecordedCall[] = []
  const running = useSystem(async (t) => {
    const server = await startRecordedServer(t, () => ({ body: chatCompletion('Yes.') }))
    asked = server.calls
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-names-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    const models = [
      { name: 'own', server: 'own', stream: 'never' },
      { name: 'simulated-large', server: 'own', output: 'none' },
    ]
    await writeFile(file, JSON.stringify({ servers: { own: { base_url: server.url } }, models }))
    return { env: { SPLITRUN_MODELS_FILE: file } }
  })
  const json = { headers: { 'content-type': 'application/json' } }
  const post = (path: string, body: string, token = running().token) =>
    running().call('POST', path, body, { ...json, token })

  test('no body of any endpoint has a place where one of them would be lost unsaid', () => {
    const places: string[] = []
    for (const { operation, body } of declareEndpoints(running().core.config)) {
      if (!body || PASSES_OVER.includes(operation)) continue
      walk(body, (schema, place, isInUnion) => {
        // Members that an object does not know are named in `x-ignored-fields`, but for those of one in a union.
        const isNamed = schema instanceof z.ZodObject && schema.def.catchall === undefined && !isInUnion
        if (!isNamed && loses(schema)) places.push(`${operation} ${place}`)
      })
    }
    assert.deepEqual(places, [])
  })

  test('are kept as they are: in what models are sent, in inputs, in exports and in imports', async () => {
    const { call, project } = running()
    const extra = `{${FREE}, "seen": 1}`
    const fields = [
      '"name": "free", "enabled": true, "system_prompt": "s", "user_prompt": "{__proto__} {constructor}"',
      `"output_modality": "text", "llm_model_id": "own", "llm_config": {"extra": ${extra}}`,
    ]
    const made = await post('/task', `{${fields.join()}}`)
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const { id, revisions } = made.body
    assert.equal(JSON.stringify(revisions[0].llm_config), `{"extra":${JSON.stringify(JSON.parse(extra))}}`)
    assert.deepEqual(revisions[0].input_params, ['__proto__', 'constructor'])

    const override = `"llm_config": {"extra": {"__proto__": "o"}}`
    for (const more of ['', `, ${override}`]) {
      const run = await post(`/task/${id}/run`, `{"task_input": {${FREE}}${more}}`)
      assert.equal(run.status, 200, JSON.stringify(run.body))
      assert.deepEqual(Object.entries(run.body.run_data.submitted), Object.entries(JSON.parse(`{${FREE}}`)))
      const { body } = asked.at(-1) ?? assert.fail()
      assert.equal(body.messages.at(-1).content, 'p c')
      const sent = Object.entries(body).filter(([name]) => NAMES.includes(name))
      assert.deepEqual(
        sent,
        more ? [['__proto__', 'o']] : NAMES.map((name) => [name, JSON.parse(`{${FREE}}`)[name]]),
      )
    }
    const processors = `[{"name": "mine", "config": {${FREE}}, ${FREE}}]`
    const later = await post(`/task/${id}`, `{"rag": {${FREE}}, "input_processors": ${processors}}`)
    const written = JSON.stringify([JSON.parse(`{${FREE}}`), JSON.parse(processors)])
    const [newest] = later.body.revisions
    assert.equal(JSON.stringify([newest.rag, newest.input_processors]), written)

    const exported = JSON.stringify((await call('GET', '/export')).body)
    const other = await running().createProject()
    const copied = await post(`${other.project}/import`, exported, other.token)
    assert.equal(copied.status, 200, JSON.stringify(copied.body))
    const again = await call('GET', `${other.project}/export`, undefined, { token: other.token })
    const tasksOf = (text: string) => JSON.stringify(JSON.parse(text).projects[0].tasks)
    assert.equal(tasksOf(JSON.stringify(again.body)), tasksOf(exported))
    assert.ok(project !== other.project && exported.includes('"__proto__":"p"'))
  })

  test('where one cannot be kept, it is refused by its name', async () => {
    const task = await running().createTask({ output_modality: 'text' })
    const run = (await post(`/task/${task}/run`, '{"task_input": {"text": "tea"}}')).body.id
    const refusals: [path: string, body: string, at: string][] = [
      [`/task/${task}`, '{"scores": {"__proto__": {"type": "boolean", "good": true}}}', 'scores'],
      [`/task/${task}/run/${run}/feedback`, '{"scores": {"__proto__": true}}', 'scores'],
      [`/task/${task}`, '{"output_format": {"__proto__": "string"}}', 'output_format'],
      [`/task/${task}`, '{"llm_config": {"__proto__": 1}}', 'llm_config'],
    ]
    for (const [path, body, at] of refusals) {
      const { status, body: told } = await post(path, body)
      assert.deepEqual([status, told.detail[0]?.loc], [422, ['body', at, '__proto__']], path)
    }
    const chat = (more: string) =>
      post('/v1/chat/completions', `{"model": "task/${task}", "task_input": {"text": "tea"}, ${more}}`)
    for (const [more, at] of [
      ['"metadata": {"__proto__": "x"}', 'metadata'],
      ['"stream_options": {"__proto__": 1}', 'stream_options'],
      ['"messages": [{"role": "user", "content": "", "__proto__": 1}]', 'messages[0]'],
    ]) {
      const { status, body } = await chat(more ?? '')
      assert.deepEqual([status, body.error.param], [400, `${at}.__proto__`])
    }
    // Names that only look like it are names.
    assert.equal((await chat('"metadata": {"constructor": "c"}')).status, 200)
    const declared = '{"scores": {"constructor": {"type": "boolean", "good": true}}}'
    assert.deepEqual((await post(`/task/${task}`, declared)).body.scores, JSON.parse(declared).scores)
    const said = await post(`/task/${task}/run/${run}/feedback`, '{"scores": {"constructor": true}}')
    assert.equal(said.body.scores.constructor.value, true)
  })

  test('files that the administrator writes lose none either', () => {
    const server = '"base_url": "http://127.0.0.1:9/v1"'
    for (const [text, path] of [
      [`{"servers": {"__proto__": {${server}}}, "models": []}`, ['servers', '__proto__']],
      [
        `{"servers": {"a": {${server}, "query": {"__proto__": "x"}}}, "models": []}`,
        ['servers', 'a', 'query'],
      ],
      [`{"servers": {"a": {${server}, "headers": {"__proto__": "x"}}}, "models": []}`, ['servers', 'a']],
    ] as const) {
      const { error } = modelsFileSchema.safeParse(JSON.parse(text))
      const told = error?.issues.map((issue) => issue.path.join('.')) ?? []
      assert.ok(
        told.some((each) => each.startsWith(path.join('.')) && each.endsWith('__proto__')),
        JSON.stringify(told),
      )
    }
    const prompt = '{"instructions": "x", "variables": {"__proto__": "x"}}'
    assert.throws(
      () => readSavedPrompts(JSON.parse(prompt)),
      (error) =>
        error instanceof ValidationError && error.issues.some(({ loc }) => loc.at(-1) === '__proto__'),
    )
  })
})
