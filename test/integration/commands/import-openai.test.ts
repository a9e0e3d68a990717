import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runHere } from '../../support/command-line.ts'
import { openAiClient } from '../../support/openai-client.ts'
import { settingsOf } from '../../support/processes.ts'
import { useSystem } from '../../support/system.ts'

const ID = `pmpt_${'68a1'.repeat(12)}`
const MODEL = 'simulated-large'

describe('splitrun import --openai', () => {
  const running = useSystem()
  const project = () => running().project.split('/').at(-1) ?? ''
  const importing = async (file: unknown, ...args: string[]) => {
    const path = join(running().core.config.dataDir, `${crypto.randomUUID()}.json`)
    await writeFile(path, JSON.stringify(file))
    return runHere(['import', '--openai', path, '--project', project(), ...args], {
      env: settingsOf(running()),
    })
  }
  /** The newest revision of the only task that a file made. */
  const made = async (file: unknown, ...args: string[]) => {
    const { code, stdout, stderr } = await importing(file, ...args)
    assert.deepEqual([code, stderr], [0, ''])
    const [report] = JSON.parse(stdout)
    const { body } = await running().call('GET', `/task/${report.task_id}`)
    return { report, task: body, revision: body.revisions[0] }
  }

  test('a stored prompt keeps its id, its variables and its schema, and runs for a client that names it', async () => {
    const { report, task, revision } = await made(
      {
        id: ID,
        version: '1',
        name: 'Weather: today?',
        model: 'gpt-4.1',
        instructions: 'Write {json} for {{company}}.',
        messages: [{ role: 'user', content: [{ type: 'input_text', text: 'How is it in {{ city }}?' }] }],
        variables: { city: 'Basel', company: 'Acme', unused: 'x' },
        temperature: 0.2,
        max_output_tokens: 300,
        reasoning: { effort: 'low' },
        text: {
          format: {
            type: 'json_schema',
            name: 'weather',
            strict: true,
            schema: {
              type: 'object',
              properties: {
                summary: { type: 'string', description: 'One sentence', minLength: 1 },
                mood: { enum: ['good', 'bad'] },
                degrees: { type: ['number', 'null'] },
                days: { type: 'array', items: { $ref: '#/$defs/day' } },
                tags: { type: 'array', items: { type: 'string' } },
                note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
              },
              required: ['summary', 'mood', 'degrees', 'days', 'tags', 'note'],
              additionalProperties: false,
              $defs: { day: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
            },
          },
        },
        created_at: 1,
      },
      '--model',
      MODEL,
    )
    assert.deepEqual(
      [task.name, task.alias, revision.system_prompt, revision.user_prompt],
      ['Weather- today-', ID, 'Write \\{json} for {{company}}.', 'How is it in {{ city }}?'],
    )
    assert.deepEqual(revision.input_params, ['company', 'city'])
    assert.deepEqual(revision.llm_config, { temperature: 0.2, max_tokens: 300, reasoning_effort: 'low' })
    assert.deepEqual(revision.output_format, {
      summary: { type: 'string', description: 'One sentence' },
      mood: { type: 'string', options: ['good', 'bad'] },
      degrees: { type: 'number', required: false },
      days: { type: 'list', item_type: 'object', nested_structure: { n: { type: 'integer' } } },
      tags: { type: 'list', item_type: 'string' },
      note: { type: 'string', required: false },
    })
    assert.deepEqual(report.left_out, [
      'created_at',
      'variables.unused',
      'schema.properties.summary.minLength',
    ])
    const answer = await openAiClient(running()).responses.create({
      prompt: { id: ID, version: '1', variables: { city: 'Basel', company: 'Acme' } },
    })
    assert.ok('summary' in JSON.parse(answer.output_text))
    const again = await importing({ id: ID, system: 'x', user: 'y', model: MODEL })
    assert.notEqual(again.code, 0)
    assert.match(again.stderr, /alias .* already; see --replace/)
  })

  test('versions of one id are revisions of one task, and each is run by its number', async () => {
    const id = `pmpt_${'68b2'.repeat(12)}`
    const version = (number: number) => ({
      ...{
        id,
        version: number,
        name: 'Versions',
        model: MODEL,
        system: `Version ${number}.`,
        user: '{{text}}',
      },
    })
    const { report, task } = await made({ prompts: [version(4), version(1), version(2)] })
    assert.deepEqual(
      report.versions.map((each: { version: string }) => each.version),
      ['1', '2', '4'],
    )
    const prompts = task.revisions.map((each: { system_prompt: string }) => each.system_prompt)
    assert.deepEqual(prompts, ['Version 4.', 'Version 2.', 'Version 1.'])
    assert.equal(task.active_revisions[0].task_revision_id, task.revisions[0].id)
    for (const [version, at] of [
      ['1', 2],
      ['2', 1],
      ['4', 0],
    ] as const) {
      const made = await openAiClient(running()).responses.create({
        prompt: { id, version, variables: { text: 'x' } },
      })
      assert.equal(made.prompt?.version, task.revisions[at].id)
    }
    const same = await made([version(4)], '--replace')
    assert.equal(same.report.outcome, 'unchanged')
    const more = await made([{ ...version(5), user: 'About {{text}}' }], '--replace')
    assert.deepEqual([more.report.outcome, more.task.revisions.length], ['updated', 4])
  })

  test('a prompt without a text of the user takes the input of the call', async () => {
    const { report, revision } = await made({ name: 'System only', model: MODEL, system: 'Summarise.' })
    assert.deepEqual([revision.user_prompt, report.added], ['{{input}}', ['user_prompt: {{input}}']])
    const answer = await openAiClient(running()).responses.create({ model: 'task/System only', input: 'tea' })
    assert.equal(answer.status, 'completed')
  })

  test('bodies of chat completions and of responses are read, as is a plain prompt', async () => {
    const messages = [
      { role: 'developer', content: 'You judge.' },
      { role: 'user', content: 'Judge {{text}}' },
    ]
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
    for (const [name, file] of [
      ['a', { messages, response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }],
      ['b', { input: messages, text: { format: { type: 'json_schema', name: 'x', schema } } }],
      ['c', { system: 'You judge.', user: 'Judge {{text}}', schema, variables: ['text'] }],
      ['d', { instructions: 'You judge.', prompt: 'Judge {{text}}', schema, variables: [{ name: 'text' }] }],
    ] as const) {
      const { revision, report } = await made({ name, model: MODEL, ...file })
      assert.deepEqual(
        [revision.system_prompt, revision.user_prompt, revision.output_format, report.left_out],
        ['You judge.', 'Judge {{text}}', { ok: { type: 'boolean' } }, []],
      )
    }
  })

  test('what a project has no room for is refused as a whole, to the very byte and task', async () => {
    const version = (alias: string, number: number) => ({
      ...{ id: `pmpt_${alias.repeat(12)}`, version: number, name: `Room ${alias}`, model: MODEL },
      ...{ system: `Version ${number}.`, user: '{{text}}' },
    })
    // The last version has the number of no revision, so it makes a tag.
    const file = [version('68d1', 1), version('68d1', 2), version('68d2', 7)]
    const path = join(running().core.config.dataDir, `${crypto.randomUUID()}.json`)
    await writeFile(path, JSON.stringify(file))
    const into = async (env: Record<string, string>) => {
      const { project } = await running().createProject()
      const id = project.split('/').at(-1) ?? ''
      const args = ['import', '--openai', path, '--project', id]
      const { code, stderr } = await runHere(args, { env: { ...settingsOf(running()), ...env } })
      const { here } = await running().core.tasks.measureImport(id, { tags: [], tasks: [] })
      return { code, stderr, ...here }
    }
    const free = await into({})
    assert.deepEqual([free.code, free.tasks], [0, 2], free.stderr)
    const exact = await into({ SPLITRUN_TASKS_MAX: '2', SPLITRUN_TASKS_BYTES_MAX: `${free.bytes}` })
    assert.deepEqual([exact.code, exact.bytes], [0, free.bytes], exact.stderr)
    for (const [env, why] of [
      [{ SPLITRUN_TASKS_MAX: '1' }, /Nothing was imported: tasks: the project may have at most 1$/m],
      [{ SPLITRUN_TASKS_BYTES_MAX: `${free.bytes - 1}` }, /Nothing was imported: tasks: .* bytes/],
      [{ SPLITRUN_REVISIONS_MAX: '1' }, /Nothing was imported: a task would have too many revisions/],
    ] as const) {
      const { code, stderr, tasks } = await into(env)
      assert.notEqual(code, 0)
      assert.match(stderr, why)
      assert.equal(tasks, 0)
    }
  })

  test('what a task cannot say is refused with its place, and nothing is imported', async () => {
    const before = (await running().call('GET', '/task')).body.results.length
    const good = { name: 'good', model: MODEL, system: 's', user: 'u' }
    const object = (properties: object) => ({ type: 'object', properties })
    for (const [bad, line] of [
      [{ ...good, tools: [{ type: 'web_search' }] }, /^1\.tools: a task calls no tools/m],
      [{ ...good, model: 'gpt-none' }, /^1\.model: there is no model gpt-none here.*simulated-large/m],
      [{ system: 's', user: 'u' }, /^1\.model: no model is named/m],
      [{ ...good, messages: [{ role: 'assistant', content: 'x' }] }, /^1\.messages\.0\.role: .*assistant/m],
      [{ ...good, messages: [{ role: 'user', content: 'x' }] }, /^1\.user: .*one text of the user/m],
      [{ ...good, user: 'Hi {{first-name}}' }, /^1\.user: \{\{first-name\}\} is no parameter/m],
      [{ ...good, schema: { type: 'array', items: {} } }, /^1\.schema: .*an object at its root/m],
      [
        { ...good, schema: object({ a: { type: ['string', 'number'] } }) },
        /^1\.schema\.properties\.a\.type: /m,
      ],
      [{ ...good, schema: object({ a: { $ref: '#' } }) }, /nested too deeply, or within itself/],
      [
        { ...good, schema: object({ a: { type: 'object' } }) },
        /^1\.schema\.properties\.a: .*fixed list of keys/m,
      ],
      [{ ...good, response_format: { type: 'json_object' } }, /^1\.response_format: .*no schema/m],
      [{ ...good, temperature: 7 }, /^1\.llm_config\.temperature: /m],
      [{ ...good, messages: 7 }, /^1\.messages: /m],
    ] as const) {
      const { code, stderr } = await importing([good, bad])
      assert.notEqual(code, 0)
      assert.match(stderr.replaceAll(/^(error: |splitrun[^:]*: )/gm, ''), line)
    }
    assert.equal((await running().call('GET', '/task')).body.results.length, before)
    const { stderr } = await runHere(['import', '--openai', '-'], { env: settingsOf(running()), stdin: '{}' })
    assert.match(stderr, /--project/)
  })
})
