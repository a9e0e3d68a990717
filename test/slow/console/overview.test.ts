import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { startSimulatedModel } from '../../../src/models/simulated/simulated-model.ts'
import { choose, pressAt, reach } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { startRecordedServer } from '../../support/recorded-server.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { ADMIN_TOKEN, type Cleanup, type System, until } from '../../support/system.ts'

/** Goes to a page of the navigation by its keys. */
async function press(page: Page, letter: string, title: string): Promise<void> {
  await page.keyboard.press('g')
  await page.keyboard.press(letter)
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
}

const start = (system: System, task: string, query = '') =>
  system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })

describe('what goes on, in the console', () => {
  const { journey, keyboard } = useConsole()

  keyboard('runs stand on the page as they end, and can be held', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Watched' })
    const last = await system.createTask({ name: 'The last one' })
    const page = await open(t)
    await press(page, 'l', 'Live')
    await page.getByText('Nothing has ended yet').waitFor()
    await page.getByText('Nothing waits and nothing runs').waitFor()
    await checkAccess(page)
    const rows = page.getByRole('region', { name: 'Ends, as they come' }).getByRole('row')
    const row = rows.filter({ hasText: 'Watched' })
    // The worker knows a moment later that somebody watches.
    while ((await row.count()) === 0) {
      await start(system, task)
      await row
        .first()
        .waitFor({ timeout: 1000 })
        .catch(() => {})
    }
    await checkAccess(page)
    await pressAt(page, page.getByRole('button', { name: 'Hold' }), 'Space')
    const before = await rows.count()
    await start(system, last)
    // Of the runs before, some may be told of only now.
    await page.getByRole('button', { name: /^Go on \([1-9]\d* new\)$/ }).waitFor()
    assert.equal(await rows.count(), before)
    await page.keyboard.press('Space')
    await rows.filter({ hasText: 'The last one' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/runs\//)
  })

  keyboard('figures of days and revisions lead to their runs', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Counted' })
    for (let each = 0; each < 3; each += 1) await start(system, task, '?reporting_group=eu')
    await system.call('POST', `/task/${task}/run?wait=0&timeout=0.001`, { task_input: { text: 'tea' } })
    const page = await open(t)
    await press(page, 'e', 'Reports')
    await choose(page, page.getByLabel('Task'), 'Counted')
    await choose(page, page.getByLabel('Group'), 'eu')
    await page.waitForURL(/task=.*reporting_group=eu/)
    await page.locator('.report-chart canvas').nth(3).waitFor()
    await checkAccess(page)
    const days = page.getByRole('region', { name: 'By day' })
    await pressAt(page, days.getByRole('link', { name: '3', exact: true }).nth(2))
    await page.getByRole('heading', { level: 1, name: 'Runs', exact: true }).waitFor()
    await page.locator('[data-row]').nth(2).waitFor()
    assert.equal(await page.locator('[data-row]').count(), 3)
    await page.waitForURL(/start_date=\d{4}-\d\d-\d\d/)
  })

  journey('a report without runs says what to do', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Never run' })
    const page = await open(t, `/reports?task=${task}&days=1`)
    await page.getByText('No run has ended in this time').waitFor()
    await checkAccess(page)
    await page.getByRole('button', { name: 'Report on all tasks and groups' }).click()
    await page.waitForURL(/#\/reports\?days=1$/)
  })
})

describe('a queue in the console', () => {
  const { journey } = useConsole(async (t: Cleanup) => ({ env: (await speakModels(t)).env }))

  journey('what waits is counted by model, what workers hold is listed', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Held', llm_model_id: 'spoken' })
    const started = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    const page = await open(t, '/live')
    await page.getByRole('row', { name: /^spoken 0 0 1$/ }).waitFor()
    await page.getByRole('region', { name: 'With workers now' }).getByRole('row', { name: /Held/ }).waitFor()
    await checkAccess(page)
    await system.call('POST', `/task/${task}/run/${started.body.id}/cancel`)
    await page.getByText('No worker holds a run').waitFor()
  })
})

describe('keys in the console', () => {
  const { journey, keyboard } = useConsole()

  keyboard('a key is made, its secret shown once, and revoked', async (t, { open, system }) => {
    const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
    await press(page, 'k', 'Keys')
    await pressAt(page, page.getByRole('button', { name: 'New key' }))
    await reach(page, page.getByLabel('Name'))
    await page.keyboard.type('of a robot')
    await pressAt(page, page.getByLabel(/change tasks and traffic/), 'Space')
    await checkAccess(page)
    await pressAt(page, page.getByRole('button', { name: 'Make it' }))
    const secret = page.getByRole('dialog').getByRole('region', { name: 'Key' }).locator('pre')
    const key = (await secret.textContent()) ?? ''
    await checkAccess(page)
    const who = async () => {
      const answer = await fetch(`${system.url}/api/v1/whoami`, {
        headers: { authorization: `Bearer ${key}` },
      })
      return (await answer.json()) as { client?: { scopes: string[] } }
    }
    assert.deepEqual((await who()).client?.scopes, ['task:read', 'run:read', 'run:write'])
    await pressAt(page, page.getByRole('button', { name: 'I have it' }))
    await page.getByRole('row', { name: /of a robot/ }).waitFor()
    await secret.waitFor({ state: 'detached' })
    assert.ok(!(await page.content()).includes(key))
    await pressAt(page, page.getByRole('button', { name: 'Revoke of a robot' }))
    await pressAt(page, page.getByRole('button', { name: 'Revoke', exact: true }))
    await page.getByRole('row', { name: /of a robot.*revoked/ }).waitFor()
    await checkAccess(page)
    await until(async () => (await who()).client === undefined)
  })

  journey('a client gets an id and a secret, and a new one when it is rotated', async (t, { open }) => {
    const page = await open(t, '/keys', { key: ADMIN_TOKEN })
    await page.getByRole('button', { name: 'New client' }).click()
    await page.getByLabel('Name').fill('of a fleet')
    await page.getByRole('button', { name: 'Make it' }).click()
    const secret = page.getByRole('region', { name: 'client_secret' }).locator('pre')
    const first = await secret.textContent()
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByRole('button', { name: 'Rotate of a fleet' }).click()
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await secret.waitFor()
    assert.notEqual(await secret.textContent(), first)
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByRole('button', { name: 'Delete of a fleet' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('There is no client').waitFor()
  })

  journey(
    'who may make keys gives no more than the own scopes; who may not is told why',
    async (t, { open, system, browser }) => {
      const admin = { token: ADMIN_TOKEN }
      const { body } = await system.call(
        'POST',
        '/api_key',
        { name: 'maker', scopes: ['key:write', 'run:read'] },
        admin,
      )
      await browser.clearCookies()
      const page = await open(t, '/keys', { key: body.token })
      await page.getByText('you are signed in with it').waitFor()
      await page.getByRole('button', { name: 'New key' }).click()
      assert.ok(await page.getByLabel(/start and cancel runs/).isDisabled())
      await checkAccess(page)
      await browser.clearCookies()
      const poor = await open(t, '/keys')
      await poor
        .getByText(/lacks the scope key:write/)
        .first()
        .waitFor()
      await checkAccess(poor)
    },
  )
})

describe('models in the console', () => {
  const { keyboard } = useConsole(async (t: Cleanup) => {
    const ending = await startSimulatedModel({ shutdownDate: '2099-12-11' })
    t.after(() => ending.close())
    const closed = await startRecordedServer(t, () => ({
      status: 401,
      body: { error: { message: 'bad key' } },
    }))
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-console-models-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    await writeFile(
      file,
      JSON.stringify({
        servers: { ending: { base_url: ending.url }, closed: { base_url: closed.url } },
        models: [
          {
            ...{ name: 'ending', server: 'ending', upstream_name: 'simulated-large' },
            ...{ supports_vision: true, price: { input: 2, output: 8 } },
          },
          { name: 'closed', server: 'closed', output: 'none' },
        ],
      }),
    )
    return {
      env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_JANITOR_INTERVAL: '1s', SPLITRUN_MODEL_ENDS: 'true' },
    }
  })

  keyboard(
    'models say what they know and cost, when they end and what uses them; one is tried',
    async (t, { open, system }) => {
      await system.createTask({ name: 'In use', llm_model_id: 'ending' })
      const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
      await press(page, 'm', 'Models')
      const of = (name: string) => page.getByRole('region', { name })
      await of('ending').getByText('2 in, 2 in from the cache, 2 written to it, 8 out').waitFor()
      await of('closed').getByText('text only').waitFor()
      // The janitor looks once a second for what uses them.
      await until(async () => {
        await page.reload()
        await of('ending').waitFor()
        return (await page.getByRole('link', { name: 'In use' }).count()) > 0
      })
      await pressAt(page, page.getByRole('button', { name: 'Try it closed' }))
      await of('closed').getByText('failed').first().waitFor()
      await page.getByText(/^closed: \d+ of \d+ checks failed/).waitFor()
      await checkAccess(page)
    },
  )

  keyboard('models are tried by the administrator only, and say so', async (t, { open, browser }) => {
    await browser.clearCookies()
    const page = await open(t, '/models')
    await pressAt(page, page.getByRole('button', { name: 'Try it ending' }))
    await page.getByRole('status').getByText('Only the administrator tries models').waitFor()
  })
})
