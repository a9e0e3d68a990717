import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isFinal, type RunRecord } from '../../src/runs/run.ts'
import { QUICK_LOCKS, startWorkerProcess } from '../support/processes.ts'
import { assertExactRollups, recordsOf } from '../support/records.ts'
import { speakModels } from '../support/spoken-model.ts'
import { type Cleanup, type System, startSystem, until } from '../support/system.ts'

const NO_GRACE = { SPLITRUN_SHUTDOWN_GRACE: '0s' }

/** A system without a worker, whose model answers when it is told to: its runs are in hand until then. */
async function startHeld(t: Cleanup) {
  const model = await speakModels(t)
  const system = await startSystem(t, { workers: 0, env: model.env })
  const calls = (count: number) => Promise.all(Array.from({ length: count }, () => model.next()))
  return {
    system,
    startWorker: (env: Record<string, string> = {}) =>
      startWorkerProcess(t, system, { ...model.env, ...env }),
    submit: (count: number) => submit(system, count, { llm_model_id: 'spoken', output_modality: 'text' }),
    /** Resolves once all of these are in the model's hands, with what lets it answer. */
    async inHand(ids: readonly string[]) {
      const held = await calls(ids.length)
      for (const { status } of await recordsOf(system, ids)) assert.equal(status, 'running')
      return () => {
        for (const call of held) {
          call.say('tea')
          call.end()
        }
      }
    },
  }
}

test('runs whose worker is killed succeed on another one, and each settles once', async (t) => {
  const { system, startWorker, submit, inHand } = await startHeld(t)
  const victim = await startWorker(QUICK_LOCKS)
  const ids = await submit(5)
  await inHand(ids)
  const [rescuer] = await Promise.all([startWorker(QUICK_LOCKS), victim.stop('SIGKILL')])
  const answer = await inHand(ids)
  answer()

  const records = await ended(system, ids)
  for (const { status, attempts } of records) {
    assert.equal(status, 'succeeded')
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ['lost', 'succeeded'],
    )
    assert.notEqual(attempts[0]?.worker, attempts[1]?.worker)
  }
  await assertExactRollups(system, records)
  assert.deepEqual(await rescuer.stop('SIGTERM'), { code: 0, signal: null })
})

test('a run that a stopping worker hands back has its attempt unused, and succeeds on another worker', async (t) => {
  const { system, startWorker, submit, inHand } = await startHeld(t)
  const leaving = await startWorker(NO_GRACE)
  const ids = await submit(5)
  await inHand(ids)

  assert.deepEqual(await leaving.stop('SIGTERM'), { code: 0, signal: null })
  for (const { status, attempts } of await recordsOf(system, ids)) {
    assert.deepEqual([status, attempts], ['queued', []])
  }

  await startWorker()
  const answer = await inHand(ids)
  answer()
  const records = await ended(system, ids)
  for (const { status, attempts } of records) {
    assert.deepEqual([status, attempts.length, attempts[0]?.outcome], ['succeeded', 1, 'succeeded'])
  }
  await assertExactRollups(system, records)
})

test('a run that is handed back keeps the attempts that were made, and only those', async (t) => {
  // Fails once, then never answers.
  let calls = 0
  const model = createServer((_, response) => {
    calls += 1
    if (calls === 1) response.writeHead(500).end()
  })
  await once(model.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    model.close()
    model.closeAllConnections()
  })
  const system = await startSystem(t, { workers: 0 })
  const leaving = await startWorkerProcess(t, system, {
    ...NO_GRACE,
    SPLITRUN_MODEL_BACKOFF: '1ms',
    SPLITRUN_SIMULATED_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
  })
  const ids = await submit(system, 1)
  await until(() => calls === 2)
  assert.deepEqual(await leaving.stop('SIGTERM'), { code: 0, signal: null })
  const [record] = await recordsOf(system, ids)
  assert.equal(record?.status, 'queued')
  assert.deepEqual(
    record?.attempts.map(({ outcome }) => outcome),
    ['server_error'],
  )
})

test('a stopping worker lets its runs finish within the grace period', async (t) => {
  const { system, startWorker, submit, inHand } = await startHeld(t)
  const leaving = await startWorker({ SPLITRUN_SHUTDOWN_GRACE: '200s' })
  const ids = await submit(3)
  const answer = await inHand(ids)
  const exited = leaving.stop('SIGTERM')
  answer()
  assert.deepEqual(await exited, { code: 0, signal: null })
  for (const { status, attempts } of await recordsOf(system, ids)) {
    assert.deepEqual([status, attempts.length], ['succeeded', 1])
  }
})

async function submit(
  system: System,
  count: number,
  fields: Record<string, unknown> = {},
): Promise<string[]> {
  const task = await system.createTask(fields)
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      system.call(
        'POST',
        `/task/${task}/run`,
        { task_input: { text: `text ${index}` } },
        {
          headers: { prefer: 'respond-async' },
        },
      ),
    ),
  )
  for (const { status } of answers) assert.equal(status, 202)
  return answers.map(({ body }) => body.id)
}

async function ended(system: System, ids: readonly string[]): Promise<RunRecord[]> {
  let records: RunRecord[] = []
  await until(async () => {
    records = await recordsOf(system, ids)
    return records.every(({ status }) => isFinal(status))
  })
  return records
}
