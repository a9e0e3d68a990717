import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { comeBack } from '../../support/console/come-back.ts'
import { breakCalls, holdAnswers, holdCalls } from '../../support/console/hold-calls.ts'
import { useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN, until } from '../../support/system.ts'

/** At once, also where it is still at work, or a dialog stands before it. */
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

const said = (page: Page, words: string | RegExp) => page.getByRole('status').getByText(words)

describe('pages on a slow line', () => {
  const console = useConsole()

  test('who has signed out stays so, whatever was asked before', async (t) => {
    const page = await console().open(t)
    const isReading = (method: string, url: string) => method === 'GET' && url.endsWith('/console/session')
    const held = await holdAnswers(page, (call) => isReading(call.method(), call.url()))
    await comeBack(page)
    await held.come()
    await press(page, 'Sign out')
    const field = page.getByLabel(/A key of a project/)
    await field.fill('sr_nobody')
    await held.release()
    // The answer to this comes later. In between, the page has not gone back to who was signed in, and what was typed is there.
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('UNAUTHENTICATED').waitFor()
    assert.equal(await field.inputValue(), 'sr_nobody')
  })

  test('what is refused late of a session that has ended does not end the next one', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Refused late' })
    await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const admin = { token: ADMIN_TOKEN }
    const { body } = await system.call('POST', '/api_key', { name: 'brief' }, admin)
    const page = await open(t, `/tasks/${task}`, { key: body.token })
    await press(page, 'Add a revision')
    await page.getByLabel('Percent of r2').fill('10')
    await system.call('POST', `/api_key/${body.id}/revoke`, undefined, admin)
    const known = async () => (await system.call('GET', '/task', undefined, { token: body.token })).status
    await until(async () => (await known()) === 401)
    const held = await holdAnswers(
      page,
      (call) => call.method() === 'POST' && !call.url().endsWith('/session'),
    )
    await press(page, 'Split the traffic so')
    await held.come()
    await comeBack(page)
    await page.getByText('The session has ended').waitFor()
    await page.getByLabel(/A key of a project/).fill(system.token)
    await page.keyboard.press('Enter')
    await press(page, 'Add a revision')
    await page.getByLabel('Percent of r2').fill('20')
    const late = page.waitForResponse((answer) => answer.status() === 401)
    await held.release()
    await late
    // The answer to this comes later. In between, the page has not gone away, and what was typed is there.
    await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith('/console/session')),
      comeBack(page),
    ])
    assert.equal(await page.getByLabel('Percent of r2').inputValue(), '20')
  })

  test('what is typed for the palette before it is there is looked for by it', async (t) => {
    const { open, system } = console()
    await system.createTask({ name: 'Got late' })
    const page = await open(t)
    const held = await holdCalls(page, (call) => /\/assets\/palette-[^/]+\.js$/.test(call.url()))
    await page.keyboard.press('Control+K')
    await held.come()
    // Elsewhere on the page, the first letters would lead to another page.
    await page.keyboard.type('got la')
    await held.release()
    await page.getByRole('searchbox').waitFor()
    await page.keyboard.type('te')
    await page.getByRole('menuitem', { name: /^Got late/ }).waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'got late')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Got late', exact: true }).waitFor()
  })

  test('the palette hears keys from when it is there, so that none leads elsewhere in between', async (t) => {
    const page = await console().open(t)
    await page.evaluate(`new MutationObserver((_, observer) => {
      const field = document.querySelector('.palette [type=search]')
      if (!field) return
      window.heard = field === document.activeElement
      observer.disconnect()
    }).observe(document, { childList: true, subtree: true })`)
    await page.keyboard.press('Control+K')
    await page.getByRole('searchbox').waitFor()
    assert.equal(await page.evaluate('window.heard'), true)
  })

  test('the playground stays with its task when others are made', async (t) => {
    const { open, system } = console()
    await system.createTask({ name: 'Tried' })
    const page = await open(t, '/playground')
    await page.getByLabel('text', { exact: true }).fill('tea')
    await system.createTask({ name: 'Made meanwhile' })
    await comeBack(page)
    await page.locator('option', { hasText: 'Made meanwhile' }).waitFor({ state: 'attached' })
    assert.equal(await page.getByLabel('text', { exact: true }).inputValue(), 'tea')
  })

  test('the playground runs once for a key that is held down', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Tried once' })
    const page = await open(t, `/playground?task=${task}`)
    await page.getByLabel('text', { exact: true }).fill('tea')
    // The second comes before it is painted that the first was heard, as where the machine is slow.
    await page.evaluate(`{
      const [paint, held] = [requestAnimationFrame, []]
      window.requestAnimationFrame = (then) => held.push(then)
      window.paintAtLast = () => {
        window.requestAnimationFrame = paint
        for (const each of held) paint(each)
      }
    }`)
    let sent = 0
    page.on('request', (call) => {
      sent += Number(call.method() === 'POST')
    })
    // Held, so that the first has not ended by then.
    const held = await holdCalls(page, (call) => call.method() === 'POST')
    await page.keyboard.press('Control+Enter')
    await held.come()
    await page.keyboard.press('Control+Enter')
    await page.evaluate('paintAtLast()')
    await held.release()
    await said(page, 'All columns are done.').waitFor()
    assert.equal(sent, 1)
  })

  test('of two filters that are changed at once both count', async (t) => {
    const page = await console().open(t, '/runs')
    await page.locator('option', { hasText: 'simulated-small' }).waitFor({ state: 'attached' })
    await page.evaluate(`for (const [label, at] of [['Status', 4], ['Model', 1]]) {
      const { control } = [...document.querySelectorAll('label')].find(({ textContent }) => textContent === label)
      control.selectedIndex = at
      control.dispatchEvent(new Event('change', { bubbles: true }))
    }`)
    await page.waitForURL(/status=failed&model=/)
  })

  test('a filter that is changed keeps the focus, and what is typed into another', async (t) => {
    const page = await console().open(t, '/runs')
    await page.getByLabel('Status').focus()
    for (const status of ['queued', 'running', 'succeeded']) {
      await page.keyboard.press('ArrowDown')
      await page.waitForURL(new RegExp(`status=${status}`))
    }
    await page.getByLabel('Reference').fill('0012')
    await page.keyboard.press('Enter')
    await page.waitForURL(/reference=0012/)
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await page.waitForURL(/reference=00123/)
  })
})

describe('pages on a slow line, where runs go on', () => {
  const console = useConsole({ model: { latencyMs: 600_000 } })

  test('what has become of runs is told, though the list has them no more', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Gone from the list' })
    for (const text of ['a', 'b']) {
      await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text } })
    }
    const ofStatus = async (status: string) =>
      (await system.call('GET', `/task/${task}/run?status=${status}`)).body.results.length
    await until(async () => (await ofStatus('running')) === 2)
    const page = await open(t, `/runs?task=${task}&status=running`)
    await page.locator('[data-row]').nth(1).waitFor()
    await page.getByLabel('Choose all that are shown').check()
    const held = await holdAnswers(page, (call) => call.url().endsWith('/cancel'))
    await press(page, 'Cancel 2')
    await held.come(2)
    await page.getByText('No run passes these filters').waitFor()
    await held.release()
    await said(page, '2 cancelled').waitFor()
  })

  test('a stop that does not get through is told, and can be asked for again', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Not stopped' })
    const page = await open(t, `/playground?task=${task}`)
    await press(page, 'Run')
    await page.locator('.playground-answer').getByText('running').waitFor()
    const mend = await breakCalls(page, (call) => call.url().endsWith('/cancel'))
    await press(page, 'Stop')
    await page.locator('main').getByRole('alert').waitFor()
    mend()
    await press(page, 'Stop')
    await page.getByText('RUN_CANCELLED').waitFor()
  })
})
