import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { pressAt, reach, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN } from '../../support/system.ts'
import { tellOfFailure } from '../../support/tell-of-failure.ts'

const FIELD = /A key of a project/

describe('the console', () => {
  const { journey, keyboard } = useConsole()

  journey('a link signs in, and its key then stands nowhere that a script reads', async (t, driver) => {
    const { open, system } = driver
    const page = await open(t)
    const seen: string = await page.evaluate(
      '[location.href, document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join(" ")',
    )
    assert.ok(!seen.includes(system.token) && !seen.includes('splitrun_session'), seen)
    await page.reload()
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel(FIELD).waitFor()
    assert.equal(await page.getByRole('alert').count(), 0, 'who signs out is told of nothing that is wrong')
    // A tab that shows the console loads nothing for another such link by itself.
    await page.goto(`${page.url().replace(/#.*$/, '')}#key=${encodeURIComponent(system.token)}`)
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    assert.ok(!page.url().includes('key='), page.url())
    await page.goBack().catch(() => null)
    assert.ok(!page.url().includes('key='), 'nor in the history')
  })

  journey('a link with a key that is worth nothing says so', async (t, { browser, url }) => {
    const page = await browser.newPage()
    tellOfFailure(t, page)
    t.after(() => page.close())
    await page.goto(`${url}/console/#key=sr_nobody`)
    await page.getByRole('alert').getByText('The key of the link').waitFor()
    await checkAccess(page)
  })

  keyboard('a wrong key is refused, a right one signs in and out', async (t, { browser, open, system }) => {
    const page = await open(t)
    await browser.clearCookies()
    await page.goto(page.url().replace('console/', '').replace(/#.*$/, ''))
    await page.getByLabel(FIELD).waitFor()
    await checkAccess(page)
    await typeInto(page, page.getByLabel(FIELD), 'sr_wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('UNAUTHENTICATED').waitFor()
    await typeInto(page, page.getByLabel(FIELD), system.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await pressAt(page, page.getByRole('button', { name: 'Sign out' }))
    await page.getByLabel(FIELD).waitFor()
  })

  journey(
    'the end of a key leads back to the sign-in, and leaves nothing that it read',
    async (t, driver) => {
      const { open, system } = driver
      const admin = { token: ADMIN_TOKEN }
      await system.createTask({ name: 'Seen before' })
      const { body } = await system.call('POST', '/api_key', { name: 'short' }, admin)
      const page = await open(t, '/tasks', { key: body.token })
      await page.getByRole('link', { name: 'Seen before' }).waitFor()
      await system.call('POST', `/api_key/${body.id}/revoke`, undefined, admin)
      await page.getByLabel(FIELD).waitFor()
      await page.getByText('The session has ended').waitFor()
      // Somebody else, who may see no task, is shown none that is still in memory.
      await page.getByLabel(FIELD).fill(await system.createToken(['run:read']))
      await page.keyboard.press('Enter')
      await page.getByRole('navigation', { name: 'Pages' }).waitFor()
      await page.getByText('PERMISSION_CHECK_FAILED').first().waitFor()
      assert.equal(await page.getByRole('link', { name: 'Seen before' }).count(), 0)
    },
  )

  keyboard(
    'the palette leads to a task, g and a letter to a page, j and Enter to a row',
    async (t, driver) => {
      const { open, system } = driver
      await system.createTask({ name: 'Palette target' })
      const page = await open(t)
      await page.keyboard.press('Control+K')
      await page.getByRole('searchbox').waitFor()
      await page.keyboard.type('palette')
      await page.getByRole('menuitem', { name: /^Palette target/ }).waitFor()
      await checkAccess(page)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Palette target', exact: true }).waitFor()
      await page.keyboard.press('g')
      await page.keyboard.press('t')
      await page.getByRole('heading', { level: 1, name: 'Tasks', exact: true }).waitFor()
      await page.locator('[data-row]').first().waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForURL(/#\/tasks\/[0-9a-f-]{36}$/)
      await page.keyboard.press('Control+K')
      await page.getByRole('searchbox').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('searchbox').waitFor({ state: 'detached' })
      await pressAt(page, page.getByRole('button', { name: 'Skip to the content' }))
      await reach(page, page.getByRole('link', { name: 'Edit', exact: true }))
    },
  )

  journey('the administrator is shown one project, and another when asked', async (t, { open, system }) => {
    const { project, token } = await system.createProject()
    await system.call(
      'POST',
      `${project}/task`,
      {
        ...{ name: 'Elsewhere', enabled: true, system_prompt: 'a', user_prompt: 'b' },
        ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
      },
      { token },
    )
    const page = await open(t, '/tasks', { key: ADMIN_TOKEN })
    await page.getByLabel('Project').selectOption(project.slice(-36))
    await page.getByRole('link', { name: 'Elsewhere' }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Elsewhere' }).waitFor()
  })

  journey('what is simulated is said to be', async (t, { open }) => {
    const page = await open(t)
    await page.getByText('simulated model: answers are made up').waitFor()
  })
})
