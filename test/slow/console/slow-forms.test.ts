import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { comeBack } from '../../support/console/come-back.ts'
import { breakCalls, holdAnswers, holdCalls } from '../../support/console/hold-calls.ts'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN, type System, until } from '../../support/system.ts'

/** At once, also where it is still at work, or a dialog stands before it. */
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

const said = (page: Page, words: string | RegExp) => page.getByRole('status').getByText(words)

const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent')

async function taskOfTwo(system: System, name: string) {
  const task = await system.createTask({ name })
  const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
  return { task, ids: body.revisions.map(({ id }: { id: string }) => id) as string[] }
}

/** A key that may do nothing but change keys. */
const makeKey = async (system: System, name: string): Promise<string> =>
  (await system.call('POST', '/api_key', { name, scopes: ['key:write'] }, { token: ADMIN_TOKEN })).body.token

describe('on a slow line, what is typed or done while something is under way', () => {
  const console = useConsole()

  test('a dialog stays until what it has begun is done: a secret is shown once, and not to nobody', async (t) => {
    const page = await console().open(t, '/keys', { key: ADMIN_TOKEN })
    await press(page, 'New key')
    await page.getByLabel('Name').fill('of a slow line')
    const held = await holdCalls(page, (call) => call.method() === 'POST' && call.url().endsWith('/api_key'))
    await press(page, 'Make it')
    await held.come()
    // It is sent a moment before the page shows that it is.
    await page.getByRole('dialog').locator('[aria-busy=true]').first().waitFor()
    for (const key of ['Escape', 'Escape']) await page.keyboard.press(key)
    await press(page, 'Close')
    await press(page, 'Make it')
    await held.release()
    await page.getByRole('region', { name: 'Key' }).locator('pre').waitFor()
    await press(page, 'I have it')
    await page.getByRole('row', { name: /of a slow line/ }).waitFor()
    assert.equal(await page.getByRole('row', { name: /of a slow line/ }).count(), 1, 'made once')
    assert.equal(await focused(page), 'New key', 'a dialog that is closed gives the focus back')
  })

  test('the new secret of the key that one is signed in with is shown, whatever is asked while it comes', async (t) => {
    const { open, system } = console()
    const key = await makeKey(system, 'mine')
    const page = await open(t, '/keys', { key })
    await press(page, 'Rotate mine')
    const held = await holdAnswers(page, (call) => call.method() === 'POST' && call.url().endsWith('/rotate'))
    await press(page, 'Rotate')
    await held.come()
    // The session has ended with the old secret, and the page is told so before it has the new one.
    await until(async () => {
      const [answer] = await Promise.all([
        page.waitForResponse((each) => each.url().endsWith('/console/session')),
        comeBack(page),
      ])
      return answer.status() === 401
    })
    await held.release()
    const secret = await page.getByRole('region', { name: 'Key' }).locator('pre').textContent()
    assert.ok(secret !== '' && secret !== key)
    await press(page, 'I have it')
    await page.getByRole('row', { name: /mine/ }).waitFor()
  })

  test('and shown where one cannot be signed in with it', async (t) => {
    const { open, system } = console()
    const key = await makeKey(system, 'also mine')
    const page = await open(t, '/keys', { key })
    await page.getByRole('button', { name: 'Rotate also mine' }).waitFor()
    await breakCalls(page, (call) => call.method() === 'POST' && call.url().endsWith('/console/session'))
    await press(page, 'Rotate also mine')
    await press(page, 'Rotate')
    const secret = await page.getByRole('region', { name: 'Key' }).locator('pre').textContent()
    assert.ok(secret !== '' && secret !== key)
  })

  test('what is typed beside feedback that is being kept stays, and the rest is said once', async (t) => {
    const { open, system } = console()
    const scores = { helpful: { type: 'boolean', good: true } }
    const task = await system.createTask({ name: 'Judged slowly', scores })
    const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t, `/runs/${task}/${body.id}`)
    await page.getByRole('group', { name: 'helpful' }).getByLabel('yes').check()
    const held = await holdCalls(page, (call) => call.method() === 'POST')
    await press(page, 'Give feedback')
    await held.come()
    await page.getByLabel('Comment').fill('Almost.')
    await held.release()
    await said(page, 'The feedback is kept.').waitFor()
    await page.getByRole('row', { name: /^helpful yes/ }).waitFor()
    assert.equal(await page.getByLabel('Comment').inputValue(), 'Almost.')
    // Somebody else says another thing meanwhile, which is not taken back.
    await system.call('POST', `/task/${task}/run/${body.id}/feedback`, { scores: { helpful: false } })
    await press(page, 'Give feedback')
    await page.locator('blockquote', { hasText: 'Almost.' }).waitFor()
    await page.getByRole('row', { name: /^helpful no yes, which was said first/ }).waitFor()
  })

  test('a share that is moved while the traffic is being split stays as it was left', async (t) => {
    const { open, system } = console()
    const { task } = await taskOfTwo(system, 'Split slowly')
    const page = await open(t, `/tasks/${task}`)
    await press(page, 'Add a revision')
    await page.getByLabel('Percent of r2').fill('10')
    const held = await holdCalls(page, (call) => call.method() === 'POST')
    await press(page, 'Split the traffic so')
    await held.come()
    await page.getByLabel('Percent of r2').fill('25')
    await held.release()
    await said(page, 'The traffic is split anew.').waitFor()
    await page.getByText('r1 90 % · r2 10 %').waitFor()
    assert.equal(await page.getByLabel('Percent of r2').inputValue(), '25')
  })

  test('a task is made once, however long its page takes to come', async (t) => {
    const page = await console().open(t, '/tasks/new')
    await page.getByLabel('Name').fill('Made slowly')
    for (const [label, text] of [
      ['System prompt', 'You answer.'],
      ['User prompt', 'On {text}'],
    ] as const) {
      await page.getByRole('textbox', { name: label, exact: true }).click()
      await page.keyboard.insertText(text)
    }
    let made = 0
    page.on('request', (call) => {
      made += Number(call.method() === 'POST')
    })
    const held = await holdCalls(page, (call) => /\/assets\/task-[^/]+\.js$/.test(call.url()))
    await press(page, 'Make it')
    await held.come()
    await press(page, 'Make it')
    await held.release()
    await page.getByRole('heading', { level: 1, name: 'Made slowly', exact: true }).waitFor()
    assert.equal(made, 1)
  })

  test('what is pressed twice in a moment is done once', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Pressed twice' })
    const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t, '/keys', { key: ADMIN_TOKEN })
    const pressTwice = (name: string) =>
      page
        .getByRole('button', { name, exact: true })
        .evaluate((button) => [button, button].map((each) => (each as unknown as HTMLElement).click()))
    await press(page, 'New key')
    await page.getByLabel('Name').fill('once')
    await pressTwice('Make it')
    await page.getByRole('region', { name: 'Key' }).locator('pre').waitFor()
    await press(page, 'I have it')
    await page.getByRole('row', { name: /once/ }).first().waitFor()
    assert.equal(await page.getByRole('row', { name: /once/ }).count(), 1)

    await goTo(page, `/runs/${task}/${run.id}`)
    await press(page, 'Run again…')
    await pressTwice('Run')
    await page.waitForURL((url) => !url.href.includes(run.id))
    await page.getByText('succeeded').first().waitFor()
    const runs = (await system.call('GET', `/task/${task}/run`)).body.results
    assert.equal(runs.length, 2)
  })

  test('the end of what was begun is told, whatever of the page is read anew first', async (t) => {
    const { open, system } = console()
    const { task } = await taskOfTwo(system, 'Rolled slowly')
    const page = await open(t, `/tasks/${task}/rollout`)
    await page.getByRole('button', { name: 'Start the rollout' }).waitFor()
    const held = await holdCalls(page, (call) => call.method() === 'GET' && /\/task\/[^/]+$/.test(call.url()))
    await press(page, 'Start the rollout')
    await held.come()
    await page.getByRole('heading', { name: 'From r1 to r2: it goes on' }).waitFor()
    await held.release()
    await said(page, 'The rollout has begun.').waitFor()
  })

  test('what a dialog asks about stays the same while it is read', async (t) => {
    const { open, system } = console()
    const { task, ids } = await taskOfTwo(system, 'Undone slowly')
    const split = (weight: number) =>
      system.call('POST', `/task/${task}`, {
        active_revisions: ids.map((id, at) => ({ task_revision_id: id, weight: at + weight })),
      })
    await split(1)
    const page = await open(t, `/tasks/${task}/history`)
    await press(page, 'Undo the last change')
    await page.getByRole('heading', { name: 'Give the weights of change 1 again?' }).waitFor()
    await split(3)
    await page.locator('main th', { hasText: /^3$/ }).waitFor()
    assert.equal(await page.getByRole('heading', { name: 'Give the weights of change 1 again?' }).count(), 1)
    await press(page, 'Split the traffic so')
    await page.getByRole('row', { name: /^4 .* the weights of change 1 were given again/ }).waitFor()
  })
})
