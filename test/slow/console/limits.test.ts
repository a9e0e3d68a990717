import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { choose, pressAt, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { startRecordedServer } from '../../support/recorded-server.ts'
import { ADMIN_TOKEN, type Cleanup, type System } from '../../support/system.ts'

/** What the model says of its tokens: 1,000 in, of which 400 were in its cache; 300 out, of which 100 are reasoning. */
const USAGE = {
  ...{ prompt_tokens: 1000, completion_tokens: 300, total_tokens: 1300 },
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 100 },
}

async function startModels(t: Cleanup) {
  const server = await startRecordedServer(t, () => {
    const message = { role: 'assistant', content: '{"answer": "tea", "score": 1}' }
    return { status: 200, body: { choices: [{ index: 0, message, finish_reason: 'stop' }], usage: USAGE } }
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-console-limits-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const price = { input: 2000, cached_input: 500, output: 10_000 }
  await writeFile(
    file,
    JSON.stringify({
      servers: { s: { base_url: server.url } },
      models: [
        { name: 'dear', server: 's', price },
        // Batch work leaves three tenths of it untouched: the second run waits for a minute's end.
        { name: 'slow', server: 's', limits: { requests_per_minute: 2 } },
      ],
    }),
  )
  return { env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_JANITOR_INTERVAL: '1s' } }
}

const press = (page: Page, name: string | RegExp) => pressAt(page, page.getByRole('button', { name }))

async function start(system: System, task: string, query = '') {
  return (await system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })).body
}

const chooseIn = (page: Page, label: string, words: string) =>
  choose(page, page.getByLabel(label, { exact: true }), words)

describe('limits and budgets in the console', () => {
  const { journey, keyboard } = useConsole(startModels)

  keyboard('where there are no limits, it says what could be set', async (t, { open }) => {
    const page = await open(t)
    await page.keyboard.press('g')
    await page.keyboard.press('b')
    await page.getByRole('heading', { level: 1, name: 'Limits and budgets', exact: true }).waitFor()
    await page.getByText('There is no limit').waitFor()
    await page.getByText('There is no budget').waitFor()
    await page.getByText('No run of this project waits for a limit.').waitFor()
    await checkAccess(page)
    await press(page, 'New limit')
    await page.getByRole('status').getByText('lacks the scope admin').waitFor()
  })

  keyboard(
    'who waits for which limit of a model is listed, and how much of it is used',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Patient', llm_model_id: 'slow' })
      const runs = []
      // With each minute one waits no more; the newest, which is looked at, is the last of them.
      for (let each = 0; each < 8; each += 1) runs.push(await start(system, task, '?wait=0'))
      const page = await open(t, '/limits')
      const waits = page.getByRole('row', { name: /Patient you requests per minute of slow/ })
      await waits.first().waitFor()
      await page.getByRole('row', { name: /^slow requests per minute .* of 2 [1-8]$/ }).waitFor()
      await checkAccess(page)
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.getByText(/It waits for requests per minute of slow/).waitFor()
      await checkAccess(page)
      for (const { id } of runs) await system.call('POST', `/task/${task}/run/${id}/cancel`)
    },
  )

  keyboard('a limit is set, changed and taken away by the administrator', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Bounded', llm_model_id: 'dear' })
    const page = await open(t, '/limits', { key: ADMIN_TOKEN })
    await press(page, 'New limit')
    await typeInto(page, page.getByLabel('Name'), 'fair-use')
    await typeInto(page, page.getByLabel('At most so many runs a minute'), '100')
    await checkAccess(page)
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /^fair-use the project .* 0 of 100 runs a minute/ }).waitFor()
    await press(page, /^Change.*fair-use$/)
    await chooseIn(page, 'Of', 'one task')
    await chooseIn(page, 'Task', 'Bounded')
    await press(page, 'Set the limit')
    await page.getByRole('row', { name: /^fair-use Bounded/ }).waitFor()
    const { policies } = (await system.call('GET', '/limit')).body
    assert.deepEqual(policies, [
      { name: 'fair-use', applies_to: 'task', target_id: task, requests_per_minute: 100 },
    ])
    await press(page, /^Take away.*fair-use$/)
    await checkAccess(page)
    await press(page, 'Take it away')
    await page.getByText('There is no limit').waitFor()
  })

  journey('a limit shows everybody how far it is used', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Used', llm_model_id: 'dear' })
    const policies = [{ name: 'fair-use', requests_per_minute: 2 }]
    const set = await system.call('POST', '/limit', { policies }, { token: ADMIN_TOKEN })
    assert.equal(set.status, 200)
    const page = await open(t, '/limits')
    const row = page.getByRole('row', { name: /^fair-use the project .* [12] of 2 runs a minute/ })
    // What was used comes back by and by: so few a minute that it is seen before.
    while ((await row.count()) === 0) {
      await start(system, task)
      await row.waitFor({ timeout: 1000 }).catch(() => {})
    }
    await checkAccess(page)
  })

  keyboard(
    'a budget shows what is spent and projected; a wrong one is refused in its form',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Costly', llm_model_id: 'dear' })
      const page = await open(t, '/limits', { key: ADMIN_TOKEN })
      await press(page, 'New budget')
      await typeInto(page, page.getByLabel('Name'), 'daily')
      await chooseIn(page, 'In a', 'day')
      await chooseIn(page, 'Once it is spent', 'it is told')
      await press(page, 'Set the budget')
      await page.getByRole('dialog').getByRole('alert').waitFor()
      await checkAccess(page)
      await typeInto(page, page.getByLabel('Credits'), '4')
      await chooseIn(page, 'Of', 'one task')
      await chooseIn(page, 'Task', 'Costly')
      await press(page, 'Set the budget')
      await page.getByRole('row', { name: /^daily Costly 4 a day soft/ }).waitFor()
      // 600 fresh at 2,000 a million, 400 cached at 500, 300 out at 10,000.
      const { charged_credits: cost } = await start(system, task)
      assert.equal(cost, '4.40')
      const row = page.getByRole('row', { name: /^daily .* 4\.4 of 4 over 50 %, 90 %/ })
      await row.waitFor()
      await row.getByText('too much').waitFor()
      await checkAccess(page)
      await press(page, /^Take away.*daily$/)
      await press(page, 'Take it away')
      await page.getByText('There is no budget').waitFor()
    },
  )

  keyboard('a budget is that of a key, a client, or a token by its id', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Shared', llm_model_id: 'dear' })
    const admin = { token: ADMIN_TOKEN }
    const scopes = ['run:write']
    const key = (await system.call('POST', '/api_key', { name: 'of a robot', scopes }, admin)).body
    const client = (await system.call('POST', '/oauth_client', { name: 'of a fleet', scopes }, admin)).body
    const page = await open(t, '/limits', { key: ADMIN_TOKEN })
    for (const [name, words] of [
      ['robot', 'of a robot'],
      ['fleet', 'of a fleet, a client'],
    ] as const) {
      await press(page, 'New budget')
      await typeInto(page, page.getByLabel('Name'), name)
      await chooseIn(page, 'Of', 'one key')
      await chooseIn(page, 'Key or client', words)
      await checkAccess(page)
      await typeInto(page, page.getByLabel('Credits'), '4')
      await press(page, 'Set the budget')
      await page.getByRole('row', { name: new RegExp(`^${name} “of a ${name}” 4 a month hard`) }).waitFor()
    }
    const { budgets } = (await system.call('GET', '/budget')).body
    assert.deepEqual(
      budgets.map((each: { applies_to: string; target_id: string }) => [each.applies_to, each.target_id]),
      [
        ['key', key.id],
        ['key', client.id],
      ],
    )
    // A task's own token has no name to be chosen by.
    await press(page, /^Change.*fleet$/)
    await chooseIn(page, 'Key or client', 'another')
    await typeInto(page, page.getByLabel('Its id'), task)
    await press(page, 'Set the budget')
    await page.getByRole('row', { name: `fleet a key, …${task.slice(-6)}` }).waitFor()
    await start(system, task)
    await checkAccess(page)
  })

  journey(
    'the cost of a run is taken apart: cached input, reasoning, and what is known of it',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Taken apart', llm_model_id: 'dear' })
      const { id } = await start(system, task)
      const page = await open(t, `/runs/${task}/${id}`)
      await page.getByRole('heading', { name: 'Cost: 4.4 credits' }).waitFor()
      await page.getByRole('row', { name: 'call 1 dear 600 400 200 100 4.4 exact' }).waitFor()
      await page.getByText('The cost is exact.').waitFor()
      await checkAccess(page)
    },
  )
})
