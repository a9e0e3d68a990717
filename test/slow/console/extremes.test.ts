import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { comeBack } from '../../support/console/come-back.ts'
import { breakCalls } from '../../support/console/hold-calls.ts'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { until } from '../../support/system.ts'

const NAME = 'L'.repeat(63)
const NOTE = 'x'.repeat(120)
/** As on a phone. */
const NARROW = { width: 360, height: 720 }

/** What sticks out of what it stands in, to the right; tables are scrolled. */
const STICK_OUT = `[...document.querySelectorAll('select, input:not([type=radio], [type=checkbox]), button, h1, .filters > *')]
  .filter((each) => each.getBoundingClientRect().right > each.parentElement.getBoundingClientRect().right + 1)
  .map((each) => each.outerHTML.slice(0, 80))`

describe('much of everything', () => {
  const console = useConsole()

  test('long names leave the page as wide as it is, and what stands beside them in its place', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: NAME })
    const changed = { system_prompt: 'Otherwise.', annotation: NOTE, weight: 1 }
    await system.call('POST', `/task/${task}`, changed)
    const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    const page = await open(t)
    await page.setViewportSize(NARROW)
    const below = ['', '/edit', '/verdict', '/rollout', '/history'].map((each) => `/tasks/${task}${each}`)
    for (const address of [
      ...['/tasks', ...below, '/runs', `/runs/${task}/${run.id}`],
      ...[`/playground?task=${task}`, '/reports', '/live', '/limits'],
    ]) {
      await goTo(page, address)
      await until(async () => (await page.locator('.loading').count()) === 0)
      assert.deepEqual(await page.evaluate(STICK_OUT), [], address)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), NARROW.width, address)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await goTo(page, '/tasks')
    const changedAt = page.getByRole('columnheader', { name: 'Changed' })
    const { x = 0, width = 0 } = (await changedAt.boundingBox()) ?? {}
    assert.ok(x + width <= 1280, 'all columns are seen')
  })

  test('a long text takes no more of a page than a screen', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Long texts' })
    const text = 'word '.repeat(100_000)
    const { body: run } = await system.call('POST', `/task/${task}/run`, { task_input: { text } })
    const page = await open(t, `/runs/${task}/${run.id}`)
    await page.getByText('word word').first().waitFor()
    const height = await page.evaluate<number>(`document.querySelector('main').scrollHeight`)
    assert.ok(height < 3000, `it is ${height} high`)
  })

  test('older tasks are found, and it is said where they were not looked for', async (t) => {
    const { open, system } = console()
    const project = await system.inNewProject()
    for (let made = 0; made < 510; made += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, at) => project.createTask({ name: `Of many ${made + at}` })),
      )
    }
    const page = await open(t, '/tasks', { key: project.token })
    const oldest = page.getByRole('link', { name: 'Of many 0', exact: true })
    await page.getByText('These are the newest 500').waitFor()
    assert.equal(await oldest.count(), 0)
    await page.keyboard.press('Control+K')
    await page.getByPlaceholder('Page, task or action').fill('Of many 0')
    await page.getByText('Nothing has this in its name, of the newest 500 tasks.').waitFor()
    // Once for what is typed.
    for (const key of ['Escape', 'Escape']) await page.keyboard.press(key)
    await page.getByRole('button', { name: 'Older tasks' }).click()
    await oldest.waitFor()
    assert.equal(await page.getByRole('button', { name: 'Older tasks' }).count(), 0)
    await oldest.click()
    await page.getByRole('heading', { level: 1, name: 'Of many 0', exact: true }).waitFor()
  })

  test('of what cannot be read, it is not said that there is nothing', async (t) => {
    const { open } = console()
    const page = await open(t, '/tasks')
    const mend = await breakCalls(page, (call) => call.url().includes('/task_run'))
    await page.getByRole('link', { name: 'Limits and budgets' }).click()
    const waits = page.getByText('No run of this project waits for a limit.')
    await page.getByText('CONNECTION_FAILED').first().waitFor()
    assert.equal(await waits.count(), 0)
    mend()
    await comeBack(page)
    await waits.waitFor()
  })
})
