import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { breakCalls } from '../../support/console/hold-calls.ts'
import { goTo, useConsole } from '../../support/console/use-console.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

/** Breaks off the code of one part of the console, as where the line is bad or the server has another version. */
const breakPart = (page: Page, name: string) =>
  breakCalls(page, (call) => new RegExp(`/assets/${name}-[^/]+\\.js$`).test(call.url()))

describe('code that does not come', () => {
  const console = useConsole()
  const missing = (page: Page) =>
    page.getByRole('alert').getByText('A part of this page could not be loaded.')

  test('of what changes: what is typed stays, and it is asked for again', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Changed on a bad line' })
    const page = await open(t, `/tasks/${task}/edit`)
    await page.getByLabel('Description').fill('typed for long')
    const mend = await breakPart(page, 'diff-lines')
    await press(page, 'Review and save')
    await missing(page).waitFor()
    await page.getByRole('dialog').getByText('typed for long').waitFor()
    mend()
    await press(page, 'Try again')
    await page.getByRole('dialog').locator('ins', { hasText: 'typed for long' }).waitFor()
    await press(page, 'Go on editing')
    assert.equal(await page.getByLabel('Description').inputValue(), 'typed for long')
  })

  test('of editors, charts and the palette: each says so in its place', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'On a bad line' })
    await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t)
    for (const [part, address, whole, shown] of [
      ['code-field', `/tasks/${task}/edit`, 'Say something about', '.code-field'],
      ['chart', '/reports', 'By day', '.report-chart canvas'],
    ] as const) {
      const mend = await breakPart(page, part)
      await goTo(page, address)
      await missing(page).first().waitFor()
      await page.getByText(whole).first().waitFor()
      mend()
      await page.getByRole('button', { name: 'Try again' }).first().click()
      await page.locator(shown).first().waitFor()
    }
    const mend = await breakPart(page, 'palette')
    await goTo(page, '/models')
    await page.keyboard.press('Control+K')
    await page.keyboard.type('live')
    await missing(page).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
    mend()
    await press(page, 'Try again')
    await page.getByRole('menuitem', { name: 'Live' }).waitFor()
  })

  test('of a page: it can be asked for again, as often as it takes', async (t) => {
    const page = await console().open(t)
    const mend = await breakPart(page, 'limits')
    const failed = page.getByRole('alert').getByText(/dynamically imported module/)
    // The first time, the console loads itself anew: the server may have another version by now.
    const reloaded = page.waitForEvent('load')
    await page.evaluate(`location.hash = '#/limits'`)
    await reloaded
    await failed.waitFor()
    await Promise.all([page.waitForEvent('load'), press(page, 'Try again')])
    await failed.waitFor()
    mend()
    await press(page, 'Try again')
    await page.getByRole('heading', { level: 1, name: 'Limits and budgets' }).waitFor()
  })
})
