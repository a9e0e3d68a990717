import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { choose, pressAt, reach, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, goTo, useConsole } from '../../support/console/use-console.ts'
import { waitForTexts } from '../../support/console/wait-for-texts.ts'
import type { System } from '../../support/system.ts'

/** Types into an editor of code, in place of what is there. */
async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: label, exact: true }).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
}

const read = async (system: System, task: string) => (await system.call('GET', `/task/${task}`)).body

describe('tasks in the console', () => {
  const { journey, keyboard } = useConsole()

  journey(
    'a task is made: its parameters are listed, its schema shown while it is written',
    async (t, { open, system }) => {
      const page = await open(t, '/tasks/new')
      await page.getByLabel('Name').fill('Made by hand')
      await write(page, 'System prompt', 'You answer.')
      await write(page, 'User prompt', String.raw`Judge {text} in {{ language }}, not \{this}`)
      await waitForTexts(page.locator('.parameter'), ['text', 'language'])
      await write(page, 'Output format', '{"mood": {"type": "strnig"}}')
      await page.getByText(/mood\.type: Must be one of/).waitFor()
      await write(page, 'Output format', '{"mood": {"type": "string", "options": ["good", "bad"]}}')
      await page.getByText('additionalProperties').waitFor()
      await checkAccess(page)
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.getByRole('heading', { level: 1, name: 'Made by hand', exact: true }).waitFor()
      const made = await read(system, page.url().slice(-36))
      assert.deepEqual(made.revisions[0].input_params, ['text', 'language'])
      assert.deepEqual(made.revisions[0].output_format, {
        mood: { type: 'string', options: ['good', 'bad'] },
      })
    },
  )

  keyboard(
    'a prompt is changed: what changes is shown first, and a tenth of the traffic gets it',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Changed' })
      const page = await open(t, `/tasks/${task}/edit`)
      await typeInto(page, page.getByRole('textbox', { name: 'User prompt' }), 'Say little about {text}.')
      await pressAt(page, page.getByRole('button', { name: 'Review and save' }))
      await page.getByRole('dialog').locator('ins').first().waitFor()
      await checkAccess(page)
      await pressAt(page, page.getByLabel('Nobody yet'), 'ArrowDown')
      await typeInto(page, page.getByLabel('Percent of the runs'), '10')
      await pressAt(page, page.getByRole('button', { name: 'Save', exact: true }))
      await page.getByText(/r2 10 %/).waitFor()
      const { revisions, active_revisions } = await read(system, task)
      assert.equal(revisions[0].user_prompt, 'Say little about {text}.')
      assert.equal(active_revisions.length, 2)
    },
  )

  keyboard(
    'a task that answers with tables is made with columns, and they are changed',
    async (t, { open, system }) => {
      const page = await open(t, '/tasks/new')
      await typeInto(page, page.getByLabel('Name'), 'Tables')
      await typeInto(page, page.getByRole('textbox', { name: 'System prompt' }), 'You make tables.')
      await typeInto(page, page.getByRole('textbox', { name: 'User prompt' }), 'Of {text}')
      await choose(page, page.getByLabel('Output', { exact: true }), 'a table')
      const columns = page.getByRole('textbox', { name: 'Output format' })
      await reach(page, columns)
      await page.keyboard.press('Control+A')
      await page.keyboard.press('Delete')
      await page.getByText('columns of its own choice').waitFor()
      await typeInto(page, columns, '{"name": "strnig"}')
      await page.getByText(/^name: Must be one of/).waitFor()
      await typeInto(page, columns, '{"name": "string", "price": "number"}')
      await page.getByText('The first line of the table: name,price').waitFor()
      await page
        .getByRole('region', { name: 'The schema that the model gets' })
        .getByText('The rows of a table.')
        .waitFor()
      await checkAccess(page)
      await pressAt(page, page.getByRole('button', { name: 'Make it' }))
      await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
      const task = page.url().slice(-36)
      await goTo(page, `/tasks/${task}/edit`)
      await page.getByText('a table, CSV').waitFor()
      await typeInto(page, columns, '{"name": "string", "price": "number", "colour": "string"}')
      await pressAt(page, page.getByRole('button', { name: 'Review and save' }))
      await checkAccess(page)
      await pressAt(page, page.getByLabel('Nobody yet'), 'ArrowDown')
      await page.keyboard.press('ArrowDown')
      await pressAt(page, page.getByRole('button', { name: 'Save', exact: true }))
      await page.getByText(/r2 100 %/).waitFor()
      const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
      assert.equal(body.response.text.split('\r\n')[0], 'name,price,colour')
    },
  )

  journey('a task that answers with text keeps nothing of a format', async (t, { open, system }) => {
    const page = await open(t, '/tasks/new')
    await page.getByLabel('Name').fill('Plain words')
    await write(page, 'System prompt', 'You answer.')
    await write(page, 'User prompt', 'On {text}')
    await write(page, 'Output format', '{"no": ')
    await page.getByLabel('Output', { exact: true }).selectOption('text')
    await page.getByRole('textbox', { name: 'Output format' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('heading', { level: 1, name: 'Plain words' }).waitFor()
    const { output_modality, revisions } = await read(system, page.url().slice(-36))
    assert.deepEqual([output_modality, revisions[0].output_format], ['text', null])
    await page.getByRole('button', { name: 'Copy as code' }).click()
    await page.getByText("{ format: 'text' }").waitFor()
    await page.getByRole('button', { name: 'Copy curl' }).click()
    // What is said is said in the dialog: everything else is out of reach meanwhile.
    await page
      .getByRole('dialog')
      .getByRole('status')
      .getByText(/copied|press Ctrl-C/)
      .waitFor()
    await page.getByRole('button', { name: 'Close the message' }).click()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('status').filter({ hasText: /^$/ }).waitFor({ state: 'attached' })
  })

  keyboard('the traffic is split, and split back', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Split' })
    await system.call('POST', `/task/${task}`, { user_prompt: 'Otherwise {text}', weight: 1 })
    const page = await open(t, `/tasks/${task}`)
    await reach(page, page.getByLabel('Share of r2'))
    for (let at = 0; at < 20; at += 1) await page.keyboard.press('ArrowLeft')
    await page.getByText('Of the next 1,000 runs: r1 700 · r2 300').waitFor()
    await pressAt(page, page.getByRole('button', { name: 'Split the traffic so' }))
    await page.getByRole('button', { name: 'Undo the last split' }).waitFor()
    const weights = async () =>
      (await read(system, task)).active_revisions.map(({ weight }: { weight: number }) => weight)
    assert.deepEqual(await weights(), [70, 30])
    await pressAt(page, page.getByRole('button', { name: 'Undo the last split' }))
    await page.getByText('r1 50 % · r2 50 %').waitFor()
    assert.deepEqual(await weights(), [1, 1])
  })

  journey('what somebody else saved meanwhile is not overwritten unseen', async (t, { open, system }) => {
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
    await page.getByRole('heading', { level: 1, name: 'Contended', exact: true }).waitFor()
    const { revisions } = await read(system, task)
    assert.deepEqual([revisions[0].user_prompt, revisions[0].system_prompt], ['Mine {text}', 'Theirs.'])
  })

  keyboard('two revisions stand side by side', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Compared' })
    await system.call('POST', `/task/${task}`, { user_prompt: 'Say nothing about {text}.' })
    const page = await open(t, `/tasks/${task}`)
    await pressAt(page, page.getByRole('link', { name: 'Compare r1 with r2' }))
    await page.getByRole('heading', { level: 1, name: 'Compared: r1 and r2', exact: true }).waitFor()
    await page.locator('del', { hasText: 'something' }).waitFor()
    await page.locator('ins', { hasText: 'nothing' }).waitFor()
    await checkAccess(page)
  })

  journey('a key that may not write is told why', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Only read' })
    const key = await system.createToken(['task:read'])
    const page = await open(t, '/tasks', { key })
    await goTo(page, `/tasks/${task}/edit`)
    const saving = page.getByRole('button', { name: 'Review and save' })
    assert.equal(await saving.getAttribute('aria-disabled'), 'true')
    await saving.press('Enter')
    await page.getByRole('status').getByText('lacks the scope task:write').waitFor()
  })

  journey('a call is copied as a command, which runs as it stands', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Called', user_prompt: 'On {text}, in {language}' })
    const page = await open(t, `/tasks/${task}`)
    await page.getByRole('button', { name: 'Copy as code' }).click()
    const dialog = page.getByRole('dialog')
    await checkAccess(page)
    const command = (await dialog.getByRole('region', { name: 'curl' }).locator('pre').textContent()) ?? ''
    assert.ok(!command.includes('revision_id'), 'the traffic decides')
    const env = { PATH: process.env['PATH'], TOKEN: system.token }
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
    const run = JSON.parse(stdout)
    assert.deepEqual([run.task_id, run.status], [task, 'succeeded'], stdout)
    assert.deepEqual(Object.keys(run.run_data.submitted), ['text', 'language'])
    await dialog.getByRole('button', { name: 'Copy curl' }).click()
    await page.getByText(/curl: copied|the text is marked/).waitFor()
  })
})
