import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient, type RunResult, type Task } from '../../../client/src/index.ts'
import { composeWorker } from '../../../src/compose/compose-worker.ts'
import { freePorts } from '../../support/free-ports.ts'
import { startApiProcess } from '../../support/processes.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { type Cleanup, startSystem, until } from '../../support/system.ts'

/**
 * Lets `wait` begin, kills the API under it, starts another at the same port, and only then lets the run be executed: it
 * is waited for meanwhile, however fast the machine is. Returns what `wait` came to.
 */
async function outlive(t: Cleanup, wait: (task: Task<unknown>) => Promise<RunResult<unknown>>) {
  const system = await startSystem(t, { workers: 0 })
  const [port = 0] = await freePorts(1)
  const env = { PORT: String(port) }
  const id = await system.createTask()
  const first = await startApiProcess(t, system, env)
  let waits = 0
  const client = createClient({
    baseUrl: first.url,
    token: system.token,
    fetch: (url, init) => {
      if (/[?&]wait=[1-9]/.test(url)) waits += 1
      return fetch(url, init)
    },
  })
  const list = async (): Promise<{ id: string }[]> =>
    (await system.call('GET', `/task/${id}/run`)).body.results
  const result = wait(client.task(id))
  await until(async () => waits > 0 && (await list()).length > 0)
  await first.stop('SIGKILL')
  await startApiProcess(t, system, env)
  await composeWorker(system.core)
  const { run } = await result
  assert.equal(run.status, 'succeeded')
  assert.ok(waits > 1, 'the wait was broken off')
  assert.deepEqual(
    (await list()).map((each) => each.id),
    [run.id],
  )
  assert.equal(system.model.stats()['answered'], 1, 'paid once')
  return run
}

test('a stream goes on where it was while the API is killed and started again, and its text is whole', async (t) => {
  const model = await speakModels(t)
  const system = await startSystem(t, { env: model.env })
  const [port = 0] = await freePorts(1)
  const env = { PORT: String(port), ...model.env }
  const id = await system.createTask({ output_modality: 'text', llm_model_id: 'spoken' })
  const first = await startApiProcess(t, system, env)
  const client = createClient({ baseUrl: first.url, token: system.token })
  const stream = client.task(id, { format: 'text' }).stream({ text: 'tea' })
  let text = ''
  const heard = (async () => {
    for await (const event of stream) {
      if (event.type === 'output.delta') text += event.text
      assert.notEqual(event.type, 'output.reset')
    }
  })()
  const call = await model.next()
  call.say('Grüner ')
  await until(() => text === 'Grüner ')
  await first.stop('SIGKILL')
  call.say('Tee ')
  await startApiProcess(t, system, env)
  await until(() => text === 'Grüner Tee ')
  call.say('🍵')
  call.end()
  await heard
  const { output, run } = await stream.result()
  assert.deepEqual([text, output, run.id], ['Grüner Tee 🍵', text, stream.runId])
  assert.equal(model.calls(), 1, 'paid once')
})

describe('who waits while the API is killed and started again gets the same run, paid once', () => {
  test('by the handle of a run that was submitted', async (t) => {
    let submitted = ''
    const run = await outlive(t, async (task) => {
      const handle = await task.submit({ text: 'tea' })
      submitted = handle.id
      return handle.wait()
    })
    assert.equal(run.id, submitted)
  })

  test('by the very call that started it', (t) =>
    outlive(t, (task) => task.run({ text: 'tea' })).then(() => {}))
})
