import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startPrefixProxy } from '../../support/console/prefix-proxy.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN } from '../../support/system.ts'

describe('the console', () => {
  const running = useConsole()

  test('signs in by a link, whose key then stands nowhere that a script reads', async (t) => {
    const { open, system } = running()
    const page = await open(t)
    const seen: string = await page.evaluate(
      '[location.href, document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join(" ")',
    )
    assert.ok(!seen.includes(system.token) && !seen.includes('splitrun_session'), seen)
    await page.reload()
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.goBack().catch(() => null)
    assert.ok(!page.url().includes('key='), 'nor in the history')
  })

  test('asks for a key, says that a wrong one is wrong, and signs out', async (t) => {
    const { browser, system } = running()
    await browser.clearCookies()
    const page = await browser.newPage()
    t.after(() => page.close())
    await page.goto(`${system.url}/`)
    await page.getByLabel(/A key of a project/).fill('sr_wrong')
    await checkAccess(page)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('UNAUTHENTICATED').waitFor()
    await page.getByLabel(/A key of a project/).fill(system.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Tasks' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel(/A key of a project/).waitFor()
  })

  test('leads back to the sign-in when its key ends', async (t) => {
    const { open, system } = running()
    const admin = { token: ADMIN_TOKEN }
    const { body } = await system.call('POST', '/api_key', { name: 'short' }, admin)
    const page = await open(t, '/tasks', { key: body.token })
    await system.call('POST', `/api_key/${body.id}/revoke`, undefined, admin)
    await page.getByLabel(/A key of a project/).waitFor({ timeout: 60_000 })
  })

  test('goes to a task by keyboard alone: the palette, some letters, Enter', async (t) => {
    const { open, system } = running()
    await system.createTask({ name: 'Palette target' })
    const page = await open(t)
    await page.keyboard.press('Control+K')
    await page.getByRole('searchbox').waitFor()
    await page.keyboard.type('palette')
    await page.getByRole('menuitem', { name: /^Palette target/ }).waitFor()
    await checkAccess(page)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Palette target' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/tasks\/[0-9a-f-]{36}$/)
  })

  test('shows the administrator one project, and another when asked', async (t) => {
    const { open, system } = running()
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

  test('works under any prefix', async (t) => {
    const { open, system } = running()
    await system.createTask({ name: 'Deep down' })
    const url = await startPrefixProxy(t, system.url, '/deep/er/prefix')
    const page = await open(t, '/tasks', { url })
    await page.getByRole('link', { name: 'Deep down' }).waitFor()
    await page.goto(`${url}/`)
    await page.getByRole('link', { name: 'Deep down' }).click()
    await page.getByRole('heading', { level: 1, name: 'Deep down' }).waitFor()
  })

  test('says what is simulated', async (t) => {
    const page = await running().open(t)
    await page.getByText('simulated model: answers are made up').waitFor()
  })
})
