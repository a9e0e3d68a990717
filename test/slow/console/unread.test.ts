import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { breakCalls, holdCalls } from '../../support/console/hold-calls.ts'
import { checkAccess, goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN } from '../../support/system.ts'

const PROCESSOR = { input_processor: 'url_fetcher', param_name: 'text', config: {} }

describe('what cannot be read is not said to be nothing', () => {
  const console = useConsole()

  /** Opens a page while calls of some addresses break, and looks at it; then they do not, and it is looked at again. */
  async function whileBroken(
    page: Page,
    address: string,
    calls: RegExp,
    look: (broken: boolean) => Promise<void>,
  ) {
    const mend = await breakCalls(page, (call) => calls.test(new URL(call.url()).pathname))
    await goTo(page, address)
    await look(true)
    mend()
    await page
      .getByRole('button', { name: 'Try again' })
      .evaluateAll((buttons) => buttons.map((each) => (each as HTMLElement).click()))
    await look(false)
  }
  const unread = (page: Page, what: string) => page.getByText(`Could not read ${what}`).first()
  const shows = (page: Page, name: string, text: string | RegExp) =>
    page
      .getByLabel(name, { exact: true })
      .locator('option:checked', { hasText: text })
      .waitFor({ state: 'attached' })

  test('processors of a server, in the editor, while they come and where they do not', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Of processors', input_processors: [PROCESSOR] })
    const page = await open(t)
    const isList = (url: string) => url.endsWith('/input_processor')
    const held = await holdCalls(page, (call) => isList(call.url()))
    await goTo(page, `/tasks/${task}/edit`)
    await shows(page, 'Processor', /^url_fetcher\s*$/)
    await held.release()
    await shows(page, 'Processor', 'url_fetcher (off)')
    await whileBroken(page, `/tasks/${task}/edit`, /\/input_processor$/, async (broken) => {
      if (broken) {
        await unread(page, 'the processors of this server').waitFor()
        await checkAccess(page)
      }
      await shows(page, 'Processor', broken ? /^url_fetcher\s*$/ : 'url_fetcher (off)')
      assert.equal(await page.getByText('not on this server').count(), 0)
    })
  })

  test('models, where one is chosen', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Of models' })
    const page = await open(t)
    for (const address of ['/tasks/new', `/tasks/${task}/edit`, `/playground?task=${task}`]) {
      await whileBroken(page, address, /\/model$/, async (broken) => {
        if (broken) await unread(page, 'the models').waitFor()
        else
          await page.locator('option', { hasText: 'simulated-basic' }).first().waitFor({ state: 'attached' })
      })
    }
  })

  test('what a list is filtered by, also where its name is not known', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Filtered by' })
    const page = await open(t)
    await whileBroken(page, `/runs?task=${task}&model=simulated-small`, /\/(task|model)$/, async (broken) => {
      if (broken) await unread(page, 'tasks to choose from').waitFor()
      await shows(page, 'Task', broken ? task.slice(-6) : 'Filtered by')
      await shows(page, 'Model', 'simulated-small')
    })
    await whileBroken(
      page,
      `/reports?task=${task}&reporting_group=night`,
      /\/(task|reporting_group)$/,
      async (broken) => {
        await shows(page, 'Task', broken ? task.slice(-6) : 'Filtered by')
        await shows(page, 'Group', 'night')
      },
    )
  })

  test('figures: what nobody could count is not shown as nothing, and nothing is shown as 0', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Without runs' })
    const page = await open(t)
    const row = (name: RegExp, runs: string) =>
      page.getByRole('row', { name }).getByRole('cell', { name: runs, exact: true })
    await whileBroken(page, '/tasks', /_report$/, async (broken) => {
      if (broken) await unread(page, 'the figures of today').waitFor()
      await row(/^Without runs/, broken ? '—' : '0')
        .first()
        .waitFor()
    })
    await whileBroken(page, `/tasks/${task}`, /_report$/, async (broken) => {
      if (broken) await unread(page, 'what their runs came to').waitFor()
      await row(/r1/, broken ? '—' : '0')
        .first()
        .waitFor()
    })
  })

  test('tasks in the palette, and the task of a run', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Found late' })
    const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t)
    await whileBroken(page, `/runs/${task}/${run.id}`, /\/task\/[^/]+$/, async (broken) => {
      if (broken) await unread(page, 'the task, with the scores').waitFor()
      else await page.getByText('The task declares no scores').waitFor()
    })
    const mend = await breakCalls(page, (call) => new URL(call.url()).pathname.endsWith('/task'))
    await goTo(page, '/models')
    await page.keyboard.press('Control+K')
    await page.getByRole('searchbox').fill('found late')
    await unread(page, 'the tasks').waitFor()
    mend()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('menuitem', { name: /^Found late/ }).waitFor()
  })

  test('queues of projects, and whom a limit is of', async (t) => {
    const { open, system } = console()
    await system.inNewProject()
    const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
    const queues = page.getByRole('region', { name: 'By project' })
    const mend = await breakCalls(page, (call) => /\/(queue|api_key)$/.test(new URL(call.url()).pathname))
    await goTo(page, '/live')
    await queues.getByRole('alert').waitFor()
    await goTo(page, '/limits')
    await page.getByRole('button', { name: 'New limit' }).click()
    await page.getByLabel('Of', { exact: true }).selectOption('key')
    await unread(page, 'the keys').waitFor()
    mend()
    await page.getByRole('button', { name: 'Try again' }).last().click()
    await unread(page, 'the keys').waitFor({ state: 'detached' })
  })

  test('a list of runs that began empty has the first one, and does not say that there is none', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'First run' })
    const page = await open(t, `/runs?task=${task}`)
    await page.getByText('No run passes these filters').waitFor()
    await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    await page.locator('[data-row]').first().waitFor()
    assert.equal(await page.getByText('No run passes these filters').count(), 0)
  })
})
