import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkAccess, goTo, useConsole } from '../../support/console/use-console.ts'

/** Types into an editor of code, in place of what is there. */
async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: label, exact: true }).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
}

describe('tasks in the console', () => {
  const running = useConsole()
  const read = async (task: string) => (await running().system.call('GET', `/task/${task}`)).body

  test('a task is made: its parameters are listed, its schema shown while it is written', async (t) => {
    const page = await running().open(t, '/tasks/new')
    await page.getByLabel('Name').fill('Made by hand')
    await write(page, 'System prompt', 'You answer.')
    await write(page, 'User prompt', String.raw`Judge {text} in {{ language }}, not \{this}`)
    const parameters = page.locator('.parameter')
    assert.deepEqual(await parameters.allTextContents(), ['text', 'language'])
    await write(page, 'Output format', '{"mood": {"type": "strnig"}}')
    await page.getByText(/mood\.type: Must be one of/).waitFor()
    await write(page, 'Output format', '{"mood": {"type": "string", "options": ["good", "bad"]}}')
    await page.getByText('additionalProperties').waitFor()
    await checkAccess(page)
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('heading', { level: 1, name: 'Made by hand' }).waitFor()
    const made = await read(page.url().slice(-36))
    assert.deepEqual(made.revisions[0].input_params, ['text', 'language'])
    assert.deepEqual(made.revisions[0].output_format, { mood: { type: 'string', options: ['good', 'bad'] } })
  })

  test('a prompt is changed: what changes is shown first, and a tenth of the traffic gets it', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Changed' })
    const page = await open(t, `/tasks/${task}/edit`)
    await write(page, 'User prompt', 'Say little about {text}.')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('dialog').locator('ins').first().waitFor()
    await checkAccess(page)
    await page.getByLabel('A share of the traffic').check()
    await page.getByLabel('Percent of the runs').fill('10')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(/r2 10 %/).waitFor()
    const { revisions, active_revisions } = await read(task)
    assert.equal(revisions[0].user_prompt, 'Say little about {text}.')
    assert.equal(active_revisions.length, 2)
  })

  test('the traffic is split by keyboard alone, and split back', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Split' })
    await system.call('POST', `/task/${task}`, { user_prompt: 'Otherwise {text}', weight: 1 })
    const page = await open(t, `/tasks/${task}`)
    await page.getByLabel('Share of r2').focus()
    for (let at = 0; at < 20; at += 1) await page.keyboard.press('ArrowLeft')
    await page.getByText('Of the next 1,000 runs: r1 700 · r2 300').waitFor()
    await page.getByRole('button', { name: 'Split the traffic so' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Undo the last split' }).waitFor()
    const weights = async () =>
      (await read(task)).active_revisions.map(({ weight }: { weight: number }) => weight)
    assert.deepEqual(await weights(), [70, 30])
    await page.getByRole('button', { name: 'Undo the last split' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('r1 50 % · r2 50 %').waitFor()
    assert.deepEqual(await weights(), [1, 1])
  })

  test('what somebody else saved meanwhile is not overwritten unseen', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Contended' })
    const page = await open(t, `/tasks/${task}/edit`)
    await write(page, 'User prompt', 'Mine {text}')
    await system.call('POST', `/task/${task}`, { user_prompt: 'Theirs {text}', system_prompt: 'Theirs.' })
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('heading', { name: 'The task was changed meanwhile' }).waitFor()
    await page.getByText('Changed there and here: User prompt').waitFor()
    await page.getByRole('button', { name: 'Keep my changes' }).click()
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Contended' }).waitFor()
    const { revisions } = await read(task)
    assert.deepEqual([revisions[0].user_prompt, revisions[0].system_prompt], ['Mine {text}', 'Theirs.'])
  })

  test('two revisions stand side by side', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Compared' })
    await system.call('POST', `/task/${task}`, { user_prompt: 'Say nothing about {text}.' })
    const page = await open(t, `/tasks/${task}`)
    await page.getByRole('link', { name: 'Compare r1 with r2' }).click()
    await page.getByRole('heading', { level: 1, name: 'Compared: r1 and r2' }).waitFor()
    await page.locator('del', { hasText: 'something' }).waitFor()
    await page.locator('ins', { hasText: 'nothing' }).waitFor()
    await checkAccess(page)
  })

  test('a key that may not write is told why', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Only read' })
    const key = await system.createToken(['task:read'])
    const page = await open(t, '/tasks', { key })
    await goTo(page, `/tasks/${task}/edit`)
    const saving = page.getByRole('button', { name: 'Review and save' })
    assert.equal(await saving.getAttribute('aria-disabled'), 'true')
    await saving.press('Enter')
    await page.getByRole('status').getByText('lacks the scope task:write').waitFor()
  })
})
