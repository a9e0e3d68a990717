import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startLlamaServer } from '../support/llama-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

const ROUNDS = 6
/** What a sampler draws may be cut again and again, but not so often by chance. */
const MOST_ROUNDS = 60

async function start(t: Cleanup) {
  const { url } = await startLlamaServer(t)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-engine-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  await writeFile(
    file,
    JSON.stringify({ servers: { llama: { base_url: url } }, models: [{ name: 'llama', server: 'llama' }] }),
  )
  return { env: { SPLITRUN_MODELS_FILE: file } }
}

describe('a real engine, held to the schema by a grammar', () => {
  const system = useSystem(start)
  const post = (task: string) => system().call('POST', `/task/${task}/run`, { task_input: { text: 'rain' } })

  test('what its sampler draws arrives in the shape of the format, with its real tokens', async () => {
    const task = await system().createTask({
      llm_model_id: 'llama',
      llm_config: { max_tokens: 1500 },
      output_format: {
        mood: { type: 'string', options: ['good', 'bad', 'neither'] },
        sure: 'boolean',
        tags: {
          type: 'list',
          item_type: 'object',
          nested_structure: { kind: { type: 'string', options: ['a', 'b'] } },
        },
        note: { type: 'string', options: ['yes', 'no'], required: false },
      },
    })
    let whole = 0
    for (let round = 0; round < ROUNDS || (whole === 0 && round < MOST_ROUNDS); round += 1) {
      const { status, body } = await post(task)
      if (status !== 200) {
        // A random model may repeat itself until its tokens end: then the run must not pass for a success.
        assert.equal(status, 502, JSON.stringify(body))
        continue
      }
      whole += 1
      const { mood, sure, tags, note } = body.response
      assert.ok(['good', 'bad', 'neither'].includes(mood) && typeof sure === 'boolean' && Array.isArray(tags))
      assert.ok(tags.every(({ kind }: { kind: string }) => kind === 'a' || kind === 'b'))
      assert.ok([null, 'yes', 'no'].includes(note))
      assert.ok(body.input_tokens > 10 && body.output_tokens > 10)
    }
    assert.ok(whole > 0, 'at least one answer is whole')
  })

  test('an answer that is cut where its tokens end is no success', async () => {
    const task = await system().createTask({ llm_model_id: 'llama', llm_config: { max_tokens: 3 } })
    assert.equal((await post(task)).status, 502)
  })
})
