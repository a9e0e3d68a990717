import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { refuseCalls } from '../../support/console/hold-calls.ts'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN, type System } from '../../support/system.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: label, exact: true }).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
}

interface Action {
  readonly address: string
  /** What is done before it, until its button is there. */
  readonly begin?: (page: Page) => Promise<unknown>
  readonly button: string
  /** What is to be seen once it is done. */
  readonly done: string | RegExp
}

async function stage(system: System) {
  const scores = { helpful: { type: 'boolean', good: true } }
  const task = await system.createTask({ name: 'Acted on', scores })
  const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.', weight: 1 })
  const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  const admin = { token: ADMIN_TOKEN }
  const policy = { applies_to: 'project', target_id: null }
  await system.call('POST', '/limit', { policies: [{ ...policy, name: 'old', concurrent_runs: 9 }] }, admin)
  for (const name of ['to-rotate', 'to-revoke', 'to-delete']) {
    await system.call('POST', '/api_key', { name, scopes: ['run:read'] }, admin)
  }
  return { task, run: run.id as string, revisions: body.revisions as readonly { id: string }[] }
}

function actionsOf({ task, run }: Awaited<ReturnType<typeof stage>>): readonly Action[] {
  const then = (name: string) => (page: Page) => press(page, name)
  const fill = (label: string, text: string) => (page: Page) =>
    page.getByLabel(label, { exact: true }).fill(text)
  return [
    {
      address: '/tasks/new',
      async begin(page) {
        await page.getByLabel('Name').fill('Made at last')
        await write(page, 'System prompt', 'You answer.')
        await write(page, 'User prompt', 'On {text}')
      },
      ...{ button: 'Make it', done: /^Made at last$/ },
    },
    {
      address: `/tasks/${task}/edit`,
      async begin(page) {
        await page.getByLabel('Description').fill('Said at last.')
        await press(page, 'Review and save')
      },
      ...{ button: 'Save', done: 'Said at last.' },
    },
    {
      address: `/tasks/${task}`,
      begin: fill('Percent of r2', '25'),
      ...{ button: 'Split the traffic so', done: 'r2 25 %' },
    },
    {
      address: `/tasks/${task}/history`,
      begin: then('Undo the last change'),
      ...{ button: 'Split the traffic so', done: 'were given again' },
    },
    { address: `/tasks/${task}/verdict`, button: 'Let it run beside', done: 'The shadow runs from now on.' },
    { address: `/tasks/${task}/verdict`, button: 'End the shadow', done: 'The shadow has ended.' },
    { address: `/tasks/${task}/rollout`, button: 'Start the rollout', done: 'The rollout has begun.' },
    { address: `/tasks/${task}/rollout`, button: 'Pause', done: 'The rollout is paused' },
    {
      address: `/tasks/${task}/rollout`,
      begin: then('Complete now…'),
      ...{ button: 'Complete', done: 'The rollout is complete.' },
    },
    {
      address: `/runs/${task}/${run}`,
      begin: fill('Comment', 'Said at last.'),
      ...{ button: 'Give feedback', done: 'The feedback is kept.' },
    },
    {
      address: `/runs/${task}/${run}`,
      begin: then('Link for an end user…'),
      ...{ button: 'Make the link', done: 'A browser shows a page' },
    },
    { address: `/runs/${task}/${run}`, begin: then('Run again…'), button: 'Run', done: 'succeeded' },
    {
      address: '/limits',
      async begin(page) {
        await press(page, 'New limit')
        await page.getByLabel('Name').fill('new')
        await page.getByLabel('At most so many runs at once').fill('7')
      },
      ...{ button: 'Set the limit', done: 'The limit “new” is set.' },
    },
    {
      address: '/limits',
      begin: then('Take away old'),
      ...{ button: 'Take it away', done: 'The limit is taken away.' },
    },
    {
      address: '/keys',
      async begin(page) {
        await press(page, 'New key')
        await page.getByLabel('Name').fill('made')
      },
      ...{ button: 'Make it', done: 'It is shown this once.' },
    },
    { address: '/keys', begin: then('Rotate to-rotate'), button: 'Rotate', done: 'It is shown this once.' },
    { address: '/keys', begin: then('Revoke to-revoke'), button: 'Revoke', done: 'Revoked “to-revoke”.' },
    { address: '/keys', begin: then('Delete to-delete'), button: 'Delete', done: 'Deleted “to-delete”.' },
  ]
}

describe('an action that is refused in the middle', () => {
  const console = useConsole()

  test('says so where one looks, keeps what was typed, and is done when it is asked for again', async (t) => {
    const { open, system } = console()
    const staged = await stage(system)
    const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
    for (const { address, begin, button, done } of actionsOf(staged)) {
      await goTo(page, address)
      const wanted = page.getByRole('button', { name: button, exact: true })
      await begin?.(page)
      await wanted.waitFor()
      const mend = await refuseCalls(
        page,
        (call) => call.method() === 'POST' || call.method() === 'DELETE',
        500,
      )
      await press(page, button)
      // What is behind a dialog is neither seen nor reached.
      const layer = page.locator('dialog[open], main:not(:has(dialog[open]))')
      await layer.getByRole('alert').getByText('Not this time.').waitFor()
      mend()
      await press(page, button)
      await page.getByText(done).first().waitFor()
      t.diagnostic(`${address}: ${button}`)
    }
  })
})

describe('an action on a run that goes on', () => {
  const console = useConsole({ model: { latencyMs: 600_000 } })

  test('is told of where it is refused', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Slow to end' })
    const { body: run } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'a' } })
    const page = await open(t, `/runs/${task}/${run.id}`)
    const mend = await refuseCalls(page, (call) => call.url().endsWith('/cancel'), 500)
    await press(page, 'Cancel')
    await page.locator('main').getByRole('alert').getByText('Not this time.').waitFor()
    mend()
    await press(page, 'Cancel')
    await page.getByText('RUN_CANCELLED').waitFor()
    assert.equal(await page.getByText('Not this time.').count(), 0)
  })

  test('leads to the sign-in where the session has ended, also where only a stream is told so', async (t) => {
    const { open, system, browser } = console()
    const task = await system.createTask({ name: 'Run overnight' })
    const page = await open(t, `/playground?task=${task}`)
    await page.getByLabel('text', { exact: true }).fill('tea')
    await browser.clearCookies()
    await page.keyboard.press('Control+Enter')
    await page.getByText('The session has ended').waitFor()
  })
})
