import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { answer, startScriptedServer } from '../../support/scripted-server.ts'
import { useSystem } from '../../support/system.ts'
import { PAGE } from './outside.ts'

describe('without being enabled', () => {
  const running = useSystem()
  test('nothing is fetched: a run that would is refused', async () => {
    const input_processors = [{ param_name: 'text', input_processor: 'url_fetcher' }]
    const task = await running().createTask({ user_prompt: 'Say {text}.', input_processors })
    const { status, body } = await running().call('POST', `/task/${task}/run`, {
      task_input: { text: 'http://x.test/' },
    })
    assert.deepEqual([status, body.detail.reason], [409, 'INPUT_PROCESSORS_UNAVAILABLE'])
    const listed = (await running().call('GET', '/input_processor')).body
    assert.equal(listed.find(({ name }: { name: string }) => name === 'url_fetcher').enabled, false)
  })
})

describe('a run that is executed again', () => {
  const WHOLE = {
    choices: [{ index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' }],
  }
  let pages: Awaited<ReturnType<typeof startScriptedServer>>
  let model: typeof pages
  const running = useSystem(async (t) => {
    pages = await startScriptedServer(t, [answer(200, PAGE)])
    model = await startScriptedServer(t, [answer(503, '{}', { 'retry-after': '2' }), answer(200, WHOLE)])
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-processors-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    await writeFile(
      file,
      JSON.stringify({ servers: { s: { base_url: model.url } }, models: [{ name: 'real', server: 's' }] }),
    )
    return {
      env: {
        ...{ SPLITRUN_MODELS_FILE: file, SPLITRUN_FETCH: 'true', SPLITRUN_FETCH_ALLOW: '127.0.0.1' },
        SPLITRUN_FETCH_NETWORKS: '127.0.0.1/32',
      },
    }
  })

  test('is not fetched for again: what was there the first time is kept', async () => {
    const task = await running().createTask({
      ...{ output_modality: 'text', output_format: null, user_prompt: 'Say {text}.', llm_model_id: 'real' },
      input_processors: [{ param_name: 'text', input_processor: 'url_fetcher' }],
    })
    const { status, body } = await running().call('POST', `/task/${task}/run`, {
      task_input: { text: `${pages.url}/page` },
    })
    assert.equal(status, 200, JSON.stringify(body))
    // It was released between the two, since the model asked for a longer wait than a worker sleeps.
    assert.deepEqual([model.calls.length, pages.calls.length, body.attempts.length], [2, 1, 2])
    assert.match(body.run_data.submitted.text, /## Tea/)
  })
})
