import { composeApi } from '../../src/compose/compose-api.ts'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { budgetPolicy } from '../../src/policies/budget.ts'
import { writeModels } from './models.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'
import { type Cleanup, type System, startSystem } from './system.ts'

/** A system with something to see in it, and a Prometheus that sees it. */
export interface WatchedSystem {
  readonly system: System
  readonly prometheus: Prometheus
  /** The task that has several revisions. */
  readonly task: string
  /**
   * Sends this many runs, of all tasks and in each way, and returns when those that are waited for have ended: most are,
   * one in five is not, and one in twenty is cancelled.
   */
  sendRuns(count: number): Promise<void>
}

/** @param latencyMs of the quickest model */
export async function startWatchedSystem(
  t: Cleanup,
  { latencyMs }: { latencyMs: number },
): Promise<WatchedSystem> {
  const SPLITRUN_MODELS_FILE = await writeModels(t, {
    small: {
      latencyMs,
      jitterMs: latencyMs,
      faults: { schemaViolation: 0.2 },
      price: { input: 0.25, output: 2 },
    },
    large: {
      latencyMs: 2 * latencyMs,
      jitterMs: 2 * latencyMs,
      faults: { rateLimited: 0.05 },
      price: { input: 3, output: 15 },
      limits: { requests_per_minute: 3000, tokens_per_minute: 600_000, concurrent: 3 },
    },
    flaky: {
      latencyMs,
      jitterMs: latencyMs,
      faults: { serverError: 0.4, cut: 0.2 },
      price: { input: 0.1, output: 0.4 },
      shutdownDate: '2100-01-01T00:00:00Z',
    },
  })
  const system = await startSystem(t, {
    workers: 0,
    env: {
      SPLITRUN_MODELS_FILE,
      SPLITRUN_METRICS_PORT: '0',
      SPLITRUN_METRICS_CACHE: '0s',
      SPLITRUN_CONCURRENCY: '20',
      SPLITRUN_MODEL_ATTEMPTS: '2',
      SPLITRUN_MODEL_ENDS: 'true',
    },
  })
  const api = await composeApi(system.core)
  const workers = [await composeWorker(system.core), await composeWorker(system.core)]
  const processes = [api, ...workers].map(({ processPort }) => `127.0.0.1:${processPort}`)
  const task = await createRevisedTask(system)
  const others = [
    await system.createTask({ name: 'summary', llm_model_id: 'large' }),
    await system.createTask({ name: 'labels', llm_model_id: 'flaky' }),
  ]
  const ofProject = { credits: 1000, mode: 'hard', thresholds: [0.5] }
  await system.core.budgets.replace(
    system.project.split('/')[4] ?? '',
    [
      { name: 'daily', per: 'day', ...ofProject },
      { name: 'monthly', per: 'month', ...ofProject },
    ].map((each) => budgetPolicy.parse(each)),
  )
  const prometheus = await startPrometheus(t, { fleet: `127.0.0.1:${api.port}`, processes })

  let sent = 0
  async function sendRun(): Promise<void> {
    const at = sent
    sent += 1
    const each = at % 2 ? task : (others[(at / 2) % 2] ?? task)
    const path = `http://127.0.0.1:${api.port}/api/v1${system.project}/task/${each}/run`
    const ask = (url: string, body: object) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const answer = await ask(`${path}${at % 5 ? '' : '?wait=0'}`, {
      task_input: { text: `tea ${'and more tea '.repeat((at * 7) % 60)}` },
    })
    const id = answer.headers.get('x-task-run-id')
    await answer.arrayBuffer()
    if (at % 20 === 0) await (await ask(`${path}/${id}/cancel`, {})).arrayBuffer()
  }
  return {
    system,
    prometheus,
    task,
    sendRuns: async (count) => {
      await Promise.all(Array.from({ length: count }, sendRun))
    },
  }
}

/** Three revisions at 60, 30 and 10 %, each of another model. */
async function createRevisedTask(system: System): Promise<string> {
  const task = await system.createTask({ name: 'sentiment', llm_model_id: 'large', annotation: 'as it was' })
  await system.call('POST', `/task/${task}`, { llm_model_id: 'small', annotation: 'cheaper' })
  const { revisions } = (
    await system.call('POST', `/task/${task}`, { llm_model_id: 'flaky', annotation: 'cheapest' })
  ).body
  const weights = [10, 30, 60]
  await system.call('POST', `/task/${task}`, {
    active_revisions: weights.map((weight, at) => ({ task_revision_id: revisions[at].id, weight })),
  })
  // It stays at its first share, whatever is found meanwhile.
  const [flaky, small, large] = revisions.map(({ id }: { id: string }) => id)
  await system.call('POST', `/task/${task}/rollout`, {
    ...{ from: large, to: small, shares: [0.3, 1], hold: 86_400 },
    guards: [{ metric: 'failed', max_increase: 1 }],
  })
  await system.call('POST', `/task/${task}/shadow`, { revision: flaky, share: 1, max_credits_per_day: null })
  return task
}
