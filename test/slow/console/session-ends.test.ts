import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { endSession } from '../../support/console/end-session.ts'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN, type System } from '../../support/system.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

const admin = { token: ADMIN_TOKEN }

async function keyOf(system: System): Promise<string> {
  const scopes = ['task:read', 'task:write', 'run:read', 'run:write']
  return (await system.call('POST', '/api_key', { name: 'of another', scopes }, admin)).body.token
}

describe('when a session ends by itself', () => {
  const console = useConsole()

  test('what lies on the table of the playground stays, for who comes back and for nobody else', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Tried overnight' })
    const page = await open(t, '/playground')
    const field = page.getByLabel('text', { exact: true })
    const model = page.getByLabel(/^Model of A/)
    await field.fill('{"typed": "for long"}')
    await page.getByLabel('text is JSON').check()
    await model.selectOption({ label: 'simulated-small' })
    await press(page, 'Add a column')
    // The page would come with this one, were it opened anew.
    await system.createTask({ name: 'Made overnight' })
    const isThere = async () => {
      await field.waitFor()
      assert.equal(await field.inputValue(), '{"typed": "for long"}')
      assert.ok(await page.getByLabel('text is JSON').isChecked())
      assert.equal(await model.locator('option:checked').textContent(), 'simulated-small')
      assert.equal(await page.getByLabel(/^Model of/).count(), 2)
    }
    await endSession(page, system.token)
    await isThere()
    assert.match(page.url(), new RegExp(`task=${task}`))

    await page.getByRole('link', { name: /^Reports/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor()
    await endSession(page, system.token)
    const back = () => page.evaluate(`location.hash = '#/playground?task=${task}'`)
    await back()
    await isThere()

    await endSession(page, await keyOf(system))
    await field.waitFor()
    assert.equal(await field.inputValue(), '')
    await field.fill('typed by another')
    await press(page, 'Sign out')
    await page.getByLabel(/^A key/).fill(system.token)
    await press(page, 'Sign in')
    await field.waitFor()
    assert.equal(await field.inputValue(), '', 'who signs out keeps nothing, and others see nothing')
  })

  test('what is typed into any form is there again', async (t) => {
    const { open, system } = console()
    const scores = { helpful: { type: 'boolean', good: true } }
    const task = await system.createTask({ name: 'Changed overnight', scores })
    await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
    const begin = (name: string) => async () => page.getByRole('button', { name, exact: true }).click()
    const forms = [
      [`/tasks/${task}`, 'Percent of r2', '30', begin('Add a revision')],
      [`/tasks/${task}/rollout`, 'A step lasts at least, minutes', '77'],
      [`/tasks/${task}/verdict`, 'Beside so many runs, in percent', '33'],
      [`/runs/${task}/${run.id}`, 'Comment', 'Said for long.'],
      ['/limits', 'Name', 'a limit', begin('New limit')],
      ['/limits', 'Credits', '12.5', begin('New budget')],
      ['/keys', 'Name', 'a key', begin('New key')],
    ] as const
    for (const [address, label, text, start] of forms) {
      await goTo(page, address)
      await start?.()
      await page.getByLabel(label, { exact: true }).fill(text)
      await endSession(page, ADMIN_TOKEN)
      await page.getByText('What you had typed is here again.').waitFor()
      assert.equal(await page.getByLabel(label, { exact: true }).inputValue(), text, address)
    }
    await goTo(page, `/runs/${task}/${run.id}`)
    await press(page, 'Run again…')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Inputs' }).click()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('{"text": "coffee"}')
    await endSession(page, ADMIN_TOKEN)
    await page.getByRole('dialog').getByText('coffee').waitFor()
  })
})
