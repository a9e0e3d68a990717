import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { newRunId } from '../../../../src/platform/ids.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import { keptTextName } from '../../../../src/runs/execute/ask/load-files.ts'
import { keepResults } from '../../../../src/runs/execute/inputs/kept-results.ts'
import type { RunRecord, RunRequest } from '../../../../src/runs/run.ts'
import { isFinal } from '../../../../src/runs/run.ts'
import { writeModels } from '../../../support/models.ts'
import { aRequest, claimed } from '../../../support/runs.ts'
import { type Cleanup, type System, startSystem, until } from '../../../support/system.ts'

const JOBS = bullmqKeys(0)

/** A run whose worker was lost while its model call was open, delivered once more. */
interface Before {
  readonly task?: object
  /** What the lost worker had done. */
  had?(system: System, run: string, revision: string): Promise<void>
}

async function lostAndDelivered(t: Cleanup, fields: Partial<RunRequest>, before: Before = {}) {
  const models = await writeModels(t, { priced: { price: { input: 1e6, output: 1e7 } } })
  const system = await startSystem(t, { workers: 0, env: { SPLITRUN_MODELS_FILE: models } })
  const { runs, redis } = system.core
  const task = await system.createTask({
    llm_model_id: 'priced',
    llm_config: { max_tokens: 100 },
    ...before.task,
  })
  const [, org = '', project = ''] = /^\/org\/(.*)\/project\/(.*)$/.exec(system.project) ?? []
  const request = aRequest({ id: newRunId(0), org, project, task, ...fields })
  const { body } = await system.call('GET', `/task/${task}`)
  await before.had?.(system, request.id, body.revisions[0].id)
  await runs.create(request, null)
  await claimed(redis, runs, request)
  await redis.rpush(JOBS.wait, request.id)
  await composeWorker(system.core)
  await until(async () => isFinal((await runs.get(request.id))?.status ?? 'queued'))
  return await runs.get(request.id)
}

test('a run whose worker was lost is executed again, and the ledger keeps the possible duplicate', async (t) => {
  const record = await lostAndDelivered(t, {})
  assert.equal(record?.status, 'succeeded')
  assert.deepEqual(
    record?.attempts.map(({ outcome, model }) => [outcome, model]),
    [
      ['lost', 'priced'],
      ['succeeded', 'priced'],
    ],
  )
  costsPossibly(record)
})

test('a run whose worker was lost fails where its task would rather not pay twice', async (t) => {
  const record = await lostAndDelivered(t, { onLostAttempt: 'fail' })
  assert.deepEqual([record?.status, record?.result?.error?.reason], ['failed', 'WORKER_LOST'])
  assert.deepEqual(
    record?.attempts.map(({ outcome }) => outcome),
    ['lost'],
  )
  costsPossibly(record)
})

test('what a lost call may have cost is reckoned with what its processors and documents had given', async (t) => {
  const document = 'x'.repeat(40_000)
  const file = `${randomUUID()}.txt`
  const input_processors = [{ param_name: 'text', input_processor: 'document_content_extractor' }]
  const processed = await lostAndDelivered(
    t,
    { onLostAttempt: 'fail', inputs: {} },
    {
      task: { input_processors },
      had: ({ core }, run, revision) =>
        keepResults(core, run, `${revision} document_content_extractor`, { results: [document], seconds: 1 }),
    },
  )
  const sent = await lostAndDelivered(
    t,
    { onLostAttempt: 'fail', files: [file], fileNames: [null] },
    {
      task: { file_input_mode: 'file' },
      had: ({ core }, run) => core.files.put(run, keptTextName({ stored: file }), Buffer.from(document)),
    },
  )
  for (const record of [processed, sent]) {
    const millions = (record?.result?.possibleCredits ?? 0) / 1e6
    // Ten thousand tokens of the document, and a hundred that could be written, at ten times the price.
    assert.ok(millions > 11_000 && millions < 11_100, String(millions))
  }
})

/** The lost call may have cost its prompt and as much as it could write, beside what was charged. */
function costsPossibly(record: RunRecord | null) {
  const { possibleCredits = 0, costExact } = record?.result ?? {}
  assert.ok(possibleCredits > 1e9 && possibleCredits < 1.1e9, String(possibleCredits))
  assert.equal(record?.attempts[0]?.possibleCredits, possibleCredits)
  assert.equal(costExact, false)
}
