import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { startRecordedServer } from '../../support/recorded-server.ts'
import { ADMIN_TOKEN, type Cleanup } from '../../support/system.ts'

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

async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).focus()
  await page.keyboard.press('Enter')
}

describe('limits and budgets in the console', () => {
  const running = useConsole(startModels)
  const start = async (task: string, query = '') =>
    (await running().system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })).body

  test('where there are none, it says what could be set', async (t) => {
    const { open } = running()
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

  test('who waits for which limit of a model, and how much of it is used', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Patient', llm_model_id: 'slow' })
    const runs = []
    for (let each = 0; each < 3; each += 1) runs.push(await start(task, '?wait=0'))
    const page = await open(t, '/limits')
    const waits = page.getByRole('row', { name: /Patient you requests per minute of slow/ })
    await waits.first().waitFor()
    await page.getByRole('row', { name: /^slow requests per minute .* of 2 [12]$/ }).waitFor()
    await checkAccess(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText(/It waits for requests per minute of slow/).waitFor()
    await checkAccess(page)
    for (const { id } of runs) await system.call('POST', `/task/${task}/run/${id}/cancel`)
  })

  test('the administrator sets, changes and takes away a limit, by keyboard alone; others see how far it is used', async (t) => {
    const { open, system, browser } = running()
    const task = await system.createTask({ name: 'Bounded', llm_model_id: 'dear' })
    await browser.clearCookies()
    const page = await open(t, '/limits', { key: ADMIN_TOKEN })
    await press(page, 'New limit')
    await page.getByLabel('Name').focus()
    await page.keyboard.type('fair-use')
    await page.getByLabel('At most so many runs a minute').focus()
    await page.keyboard.type('100')
    await checkAccess(page)
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /^fair-use the project .* 0 of 100 runs a minute/ }).waitFor()
    for (let each = 0; each < 20; each += 1) await start(task)
    await browser.clearCookies()
    const other = await open(t, '/limits')
    await other.getByRole('row', { name: /^fair-use the project .* [1-9]\d? of 100 runs a minute/ }).waitFor()
    await checkAccess(other)
    await browser.clearCookies()
    const again = await open(t, '/limits', { key: ADMIN_TOKEN })
    await press(again, /^Change.*fair-use$/)
    await again.getByLabel('Of', { exact: true }).focus()
    await again.keyboard.type('one task')
    await again.getByLabel('Task', { exact: true }).focus()
    await again.keyboard.type('Bounded')
    await press(again, 'Set the limit')
    await again.getByRole('row', { name: /^fair-use Bounded/ }).waitFor()
    const { policies } = (await system.call('GET', '/limit')).body
    assert.deepEqual(policies, [
      { name: 'fair-use', applies_to: 'task', target_id: task, requests_per_minute: 100 },
    ])
    await press(again, /^Take away.*fair-use$/)
    await checkAccess(again)
    await press(again, 'Take it away')
    await again.getByText('There is no limit').waitFor()
    await browser.clearCookies()
  })

  test('a budget shows what is spent and projected; a wrong one is refused in its form', async (t) => {
    const { open, system, browser } = running()
    const task = await system.createTask({ name: 'Costly', llm_model_id: 'dear' })
    await browser.clearCookies()
    const page = await open(t, '/limits', { key: ADMIN_TOKEN })
    await press(page, 'New budget')
    await page.getByLabel('Name').fill('daily')
    await page.getByLabel('In a').selectOption('day')
    await page.getByLabel('Once it is spent').selectOption('soft')
    await press(page, 'Set the budget')
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await checkAccess(page)
    await page.getByLabel('Credits').fill('4')
    await page.getByLabel('Of', { exact: true }).selectOption('one task')
    await page.getByLabel('Task', { exact: true }).selectOption('Costly')
    await press(page, 'Set the budget')
    await page.getByRole('row', { name: /^daily Costly 4 a day soft/ }).waitFor()
    // 600 fresh at 2,000 a million, 400 cached at 500, 300 out at 10,000.
    const { charged_credits: cost } = await start(task)
    assert.equal(cost, '4.40')
    const row = page.getByRole('row', { name: /^daily .* 4\.4 of 4 over 50 %, 90 %/ })
    await row.waitFor()
    await row.getByText('too much').waitFor()
    await checkAccess(page)
    await press(page, /^Take away.*daily$/)
    await press(page, 'Take it away')
    await page.getByText('There is no budget').waitFor()
    await browser.clearCookies()
  })

  test('the cost of a run is taken apart: cached input, reasoning, and what is known of it', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Taken apart', llm_model_id: 'dear' })
    const { id } = await start(task)
    const page = await open(t, `/runs/${task}/${id}`)
    await page.getByRole('heading', { name: 'Cost: 4.4 credits' }).waitFor()
    await page.getByRole('row', { name: 'call 1 dear 600 400 200 100 4.4 exact' }).waitFor()
    await page.getByText('The cost is exact.').waitFor()
    await checkAccess(page)
  })
})
