import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { endSession } from '../../support/console/end-session.ts'
import { useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN, until } from '../../support/system.ts'

/** Comes back to the tab, as often as it takes for the task to be read anew and to show this split. */
const readUntil = (page: Page, split: string): Promise<void> =>
  until(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    return page.getByText(split).isVisible()
  })

describe('what is not lost in the console', () => {
  const { journey } = useConsole()

  journey(
    'a split that others made meanwhile, neither to another one nor to its undoing',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Contended traffic' })
      const { body } = await system.call('POST', `/task/${task}`, {
        user_prompt: 'Otherwise {text}',
        weight: 1,
      })
      const [second, first] = body.revisions.map(({ id }: { id: string }) => id)
      const splitElsewhere = (weights: number[]) =>
        system.call('POST', `/task/${task}`, {
          active_revisions: [first, second].map((id, at) => ({ task_revision_id: id, weight: weights[at] })),
        })
      const weights = async () =>
        (await system.call('GET', `/task/${task}`)).body.active_revisions.map(
          ({ weight }: { weight: number }) => weight,
        )
      const page = await open(t, `/tasks/${task}`)
      const button = (name: string) => page.getByRole('button', { name })
      await page.getByLabel('Percent of r2').fill('20')
      await splitElsewhere([95, 5])
      await readUntil(page, 'r1 95 % · r2 5 %')
      await button('Split the traffic so').click()
      await page.getByText('STALE_TASK').waitFor()
      assert.deepEqual(await weights(), [95, 5])

      await button('Leave it as it is').click()
      await page.getByText('STALE_TASK').waitFor({ state: 'detached' })
      await page.getByLabel('Percent of r2').fill('30')
      await button('Split the traffic so').click()
      await button('Undo the last split').waitFor()
      assert.deepEqual(await weights(), [70, 30])
      await splitElsewhere([90, 10])
      await readUntil(page, 'r1 90 % · r2 10 %')
      await button('Undo the last split').click()
      await page.getByText('STALE_TASK').waitFor()
      assert.deepEqual(await weights(), [90, 10])
    },
  )

  journey('the new secret of the key that one is signed in with', async (t, { open, system, browser }) => {
    const admin = { token: ADMIN_TOKEN }
    const { body } = await system.call('POST', '/api_key', { name: 'mine', scopes: ['key:write'] }, admin)
    await browser.clearCookies()
    const page = await open(t, '/keys', { key: body.token })
    await page.getByRole('button', { name: 'Rotate mine' }).click()
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    const secret = (await page.getByRole('region', { name: 'Key' }).locator('pre').textContent()) ?? ''
    assert.ok(secret !== '' && secret !== body.token)
    // Asks once more who is signed in, and for the keys.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.reload()
    await page.getByRole('row', { name: /mine/ }).waitFor()
    const known = async (token: string) => (await system.call('GET', '/api_key', undefined, { token })).status
    assert.equal(await known(secret), 200)
    await until(async () => (await known(body.token)) === 401)
    await browser.clearCookies()
  })

  journey('what is typed, by another project that is chosen by mistake', async (t, driver) => {
    const { system, open } = driver
    const other = await system.inNewProject()
    const task = await system.createTask({ name: 'Typed by the administrator' })
    const page = await open(t, `/tasks/${task}/edit`, { key: ADMIN_TOKEN })
    const description = page.getByLabel('Description')
    await description.fill('typed for long')
    const asked: string[] = []
    page.on('dialog', async (dialog) => {
      asked.push(dialog.message())
      await (asked.length < 3 ? dialog.dismiss() : dialog.accept())
    })
    const projects = page.getByLabel('Project', { exact: true })
    await projects.selectOption(other.project.slice(-36))
    await page.getByRole('button', { name: 'Sign out' }).click()
    assert.equal(await description.inputValue(), 'typed for long')
    assert.equal(await projects.inputValue(), system.project.slice(-36))
    await projects.selectOption(other.project.slice(-36))
    await page.getByRole('heading', { name: 'There is no task yet' }).waitFor()
    assert.equal(asked.length, 3, 'it asks each time, and once')
  })

  journey('what is typed, by the end of the session', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Typed overnight' })
    const page = await open(t, `/tasks/${task}/edit`)
    await page.getByLabel('Description').fill('typed for long')
    await endSession(page, system.token)
    await page.getByText('What you had typed is here again.').waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), 'typed for long')
    const admin = { token: ADMIN_TOKEN }
    const scopes = ['task:read', 'task:write']
    const { body } = await system.call('POST', '/api_key', { name: 'of another', scopes }, admin)
    await endSession(page, body.token)
    await page.getByRole('heading', { level: 1, name: /^Edit/ }).waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), '', 'others do not see it')
  })

  journey('a file that is dropped where it is not taken', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Of images' })
    const page = await open(t, `/playground?task=${task}`)
    await page.getByLabel('Images').waitFor()
    await page.evaluate(`{
      const data = new DataTransfer()
      data.items.add(new File(['%PDF-1.4'], 'letter.pdf', { type: 'application/pdf' }))
      data.items.add(new File(['GIF89a'], 'cup.gif', { type: 'image/gif' }))
      const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
      document.querySelector('.playground-tray').dispatchEvent(event)
    }`)
    await page.getByText('Not taken: letter.pdf. What is tried here takes images only.').waitFor()
    await page.getByRole('button', { name: 'Remove Image 1' }).waitFor()
  })
})
