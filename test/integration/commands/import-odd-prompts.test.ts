import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runHere } from '../../support/command-line.ts'
import { settingsOf } from '../../support/processes.ts'
import { useSystem } from '../../support/system.ts'

describe('splitrun import --openai of files that say too much, or a thing twice', () => {
  const running = useSystem()
  async function importing(file: unknown, ...args: string[]) {
    const path = join(running().core.config.dataDir, `${crypto.randomUUID()}.json`)
    await writeFile(path, JSON.stringify(file))
    const project = running().project.split('/').at(-1) ?? ''
    return runHere(
      ['import', '--openai', path, '--project', project, '--model', 'simulated-large', ...args],
      { env: settingsOf(running()) },
    )
  }
  const leftOut = async (prompt: object): Promise<string[]> => {
    const { code, stdout, stderr } = await importing({ name: `p ${crypto.randomUUID()}`, ...prompt })
    assert.deepEqual([code, stderr], [0, ''])
    return JSON.parse(stdout)[0].left_out
  }
  const tasks = async (): Promise<string[]> =>
    (await running().call('GET', '/task')).body.results.map(({ name }: { name: string }) => name)

  const text = { format: { type: 'json_schema', schema: { type: 'object', properties: { a: {} } } } }
  const id = `pmpt_${'68c3'.repeat(12)}`
  for (const [what, file, why] of [
    [
      'a name',
      [
        { name: 'A', user: 'x' },
        { name: 'A', user: 'y' },
      ],
      /1\.name: .* named "A"/,
    ],
    ['no name', [{ user: 'x' }, { user: 'y' }], /1\.name: .* named "Imported prompt"/],
    [
      'names that become one',
      [
        { name: 'B!', user: 'x' },
        { name: 'B?', user: 'y' },
      ],
      /1\.name: .* named "B-"/,
    ],
    [
      'a version',
      [1, 1].map((version) => ({ id, version, name: 'C', user: 'x' })),
      /1\.version: is there twice/,
    ],
    [
      'most tokens',
      { name: 'D', user: 'x', max_tokens: 5, max_output_tokens: 6 },
      /max_output_tokens: contradicts/,
    ],
    ['a format', { name: 'E', user: 'x', text, response_format: { type: 'text' } }, /two formats/],
  ] as const) {
    test(`${what}, twice: it is refused with its place, and nothing is imported`, async () => {
      const before = await tasks()
      const { code, stderr } = await importing(file)
      assert.equal(code, 1)
      assert.match(stderr, why)
      assert.deepEqual(await tasks(), before)
    })
  }

  test('a name that the project has: nothing is imported', async () => {
    await running().createTask({ name: 'Taken' })
    const before = await tasks()
    const { code, stderr } = await importing([
      { name: 'Free', user: 'x' },
      { name: 'Taken', user: 'y' },
    ])
    assert.equal(code, 1)
    assert.match(stderr, /a task named "Taken" already/)
    assert.deepEqual(await tasks(), before)
  })

  test('what is not kept is named, wherever it stands', async () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' }
    assert.deepEqual(
      await leftOut({
        messages: [{ role: 'user', name: 'bob', content: [{ type: 'input_text', text: 'see' }, image] }],
        reasoning: { effort: 'low', summary: 'auto' },
        text: { verbosity: 'low', format: { type: 'text' } },
        store: true,
      }),
      [
        ...['store', 'reasoning.summary', 'text.verbosity', 'messages.0.name'],
        ...['messages.0.content.1.image_url', 'messages.0.content.1.detail'],
      ],
    )
    assert.deepEqual(await leftOut({ user: 'x', version: 'draft_1' }), ['version'])
    assert.deepEqual(await leftOut({ user: 'x', max_tokens: 5, max_output_tokens: 5 }), [])
  })
})
