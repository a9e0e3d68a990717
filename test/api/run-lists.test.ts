import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, test } from 'node:test'
import { type System, until, useSystem } from '../support/system.ts'

// biome-ignore lint/suspicious/noExplicitAny: runs as the API shows them
type Shown = any

/** Each filter: its query parameter, and the value of a run that it compares. */
const FILTERS: Readonly<Record<string, (run: Shown) => unknown>> = {
  reference: (run) => run.reference,
  reporting_group: (run) => run.reporting_group,
  reason: (run) => run.error?.reason,
  model: (run) => run.model,
  status: (run) => run.status,
  task_revision_id: (run) => run.task_revision_id,
  task_id: (run) => run.task_id,
}

describe('lists of runs', () => {
  const running = useSystem({ env: { SPLITRUN_LISTS_MAX: '1mb' } })

  test('each filter shows exactly the runs that have its value; a summary leaves out what is large, and only that', async () => {
    const system = running()
    const tasks = [await system.createTask(), await system.createTask({ output_modality: 'text' })]
    for (const [at, task] of [...tasks, ...tasks, ...tasks].entries()) {
      const query = `?wait=0&reporting_group=group-${at % 3}${at === 4 ? '&timeout=0.001' : ''}`
      await system.call('POST', `/task/${task}/run${query}`, {
        task_input: { text: 'a text with "quotes",\n"inputs":{} and lines' },
        reference: at % 2 === 0 ? 'even' : 'o"dd\n',
        llm_config: { stop: ['\n,"inputs":{'] },
      })
    }
    const list = async (query: string): Promise<Shown[]> => {
      const { status, body } = await system.call('GET', `/task_run?page_limit=100&${query}`)
      assert.equal(status, 200)
      return body.results
    }
    await until(async () => (await list('')).every((run) => run.done))
    const all = await list('')
    assert.equal(all.length, 6)
    for (const [name, readValue] of Object.entries(FILTERS)) {
      for (const value of [...new Set(all.map(readValue)), 'none-has-this']) {
        if (value === undefined || value === null) continue
        if (value === 'none-has-this' && /status|_id$/.test(name)) continue
        const query = `${name}=${encodeURIComponent(String(value))}`
        const fitting = all.filter((run) => readValue(run) === value)
        assert.deepEqual(await list(query), fitting, query)
        assert.deepEqual(await list(`${query}&fields=summary`), fitting.map(summaryOf), query)
      }
    }
    for (const ms of [0, ...all.map((run) => run.timings.total), 1_000_000]) {
      const fitting = all.filter((run) => run.timings.total >= ms)
      assert.deepEqual(await list(`min_ms=${ms}`), fitting)
    }
    assert.deepEqual(await list('fields=summary'), all.map(summaryOf))
  })

  test('large pages are bounded over all requests, also those that a client does not read; small ones go on', async () => {
    const system = running()
    const { project, token } = await system.createProject()
    const task = await largeRuns(system, project, token)
    const page = () => system.call('GET', `${task}/run?page_limit=100`, undefined, { token })
    const request = get(`${system.url}/api/v1${task}/run?page_limit=100`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 200)
    const refused = await page()
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'TOO_MANY_REQUESTS'])
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    const small = await system.call('GET', `${task}/run?fields=summary&page_limit=1`, undefined, { token })
    assert.equal(small.status, 200)
    request.destroy()
    await until(async () => (await page()).status === 200)
  })
})

function summaryOf({ response: _, run_data: __, attempts: ___, ...rest }: Shown): Shown {
  return rest
}

/** A task with runs that make a page larger than what sockets buffer. Returns its path. */
async function largeRuns(system: System, project: string, token: string): Promise<string> {
  const made = await system.call(
    'POST',
    `${project}/task`,
    {
      ...{ name: 'large', enabled: true, system_prompt: 'You answer.', user_prompt: 'Short: {short}' },
      ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
    },
    { token },
  )
  const task = `${project}/task/${made.body.id}`
  const input = { short: 'tea', long: 'x'.repeat(120_000) }
  const runs = Array.from({ length: 64 }, () =>
    system.call('POST', `${task}/run`, { task_input: input }, { token }),
  )
  for (const { status } of await Promise.all(runs)) assert.equal(status, 200)
  return task
}
