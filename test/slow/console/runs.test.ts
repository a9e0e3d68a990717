import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { red } from '../../support/pictures.ts'

describe('runs in the console', () => {
  const running = useConsole()
  const start = async (task: string, text: string, query = '') =>
    (await running().system.call('POST', `/task/${task}/run${query}`, { task_input: { text } })).body

  test('a run is found by filters in the address, opened by keyboard, and shows what was in it', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Filtered' })
    await start(task, 'the other one', '?reporting_group=blue')
    const run = await start(task, 'the one <b>with</b> markup', '?reporting_group=red')
    const page = await open(t, `/runs?task=${task}&reporting_group=red`)
    await page.getByRole('link', { name: /^Filtered/ }).waitFor()
    assert.equal(await page.locator('[data-row]').count(), 1)
    await checkAccess(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText('the one <b>with</b> markup', { exact: true }).waitFor()
    await page.getByText(run.id).waitFor()
    await page.getByRole('rowheader', { name: 'attempt 1' }).waitFor()
    await page.getByText('Prompts, with the inputs in their places').click()
    await page.getByText('Say something about the one <b>with</b> markup.').waitFor()
    await checkAccess(page)
  })

  test('a filter that nothing passes is named', async (t) => {
    const page = await running().open(t, '/runs?reason=NO_SUCH&reference=0012')
    const empty = page.locator('.empty')
    await empty.getByText('No run passes these filters').waitFor()
    assert.match((await empty.textContent()) ?? '', /Reason: NO_SUCH.*Reference: 0012/)
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.waitForURL(/#\/runs$/)
  })

  test('new runs are counted, and come when they are asked for', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Watched' })
    await start(task, 'before')
    const page = await open(t, `/runs?task=${task}`)
    await page.getByRole('link', { name: /^Watched/ }).waitFor()
    await start(task, 'after')
    await page.getByRole('button', { name: '1 new run' }).click({ timeout: 60_000 })
    await page.getByRole('button', { name: '1 new run' }).waitFor({ state: 'detached' })
    assert.equal(await page.locator('[data-row]').count(), 2)
  })

  test('a run is run again with other inputs, on its revision', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Again' })
    const run = await start(task, 'first')
    const page = await open(t, `/runs/${task}/${run.id}`)
    await page.getByRole('button', { name: 'Run again…' }).click()
    await page.getByRole('textbox', { name: 'Inputs' }).click()
    await checkAccess(page)
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('{"text": "second"}')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL((url) => url.hash.includes(task) && !url.hash.includes(run.id))
    await page.getByText('second', { exact: true }).waitFor()
    const { body } = await system.call('GET', `/task/${task}/run/${page.url().slice(-36)}`)
    assert.equal(body.task_revision_id, run.task_revision_id)
  })

  test('images of a run are shown', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Seen', image_required: true, user_prompt: 'What is it?' })
    const form = new FormData()
    form.append('task_input', '{}')
    form.append(
      'task_file',
      new Blob([new Uint8Array(await red(8, 8).png().toBuffer())], { type: 'image/png' }),
      'x.png',
    )
    const { body } = await system.call('POST', `/task/${task}/run`, form)
    const page = await open(t, `/runs/${task}/${body.id}`)
    const image = page.getByRole('img', { name: /^Input/ })
    await image.waitFor()
    await page.waitForFunction(
      '[...document.images].every((each) => each.complete && each.naturalWidth === 8)',
    )
    await checkAccess(page)
  })
})

describe('runs that go on, in the console', () => {
  const running = useConsole({ model: { latencyMs: 600_000 } })

  test('are cancelled, many at once', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Slow' })
    const ids: string[] = []
    for (const text of ['a', 'b', 'c']) {
      const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text } })
      ids.push(body.id)
    }
    const page = await open(t, `/runs?task=${task}`)
    await page.getByRole('link', { name: /^Slow/ }).first().waitFor()
    await page.getByLabel('Choose all that are shown').check()
    await page.getByRole('button', { name: 'Cancel 3' }).click()
    await page.getByRole('status').getByText('3 cancelled').waitFor()
    for (const id of ids) {
      assert.equal((await system.call('GET', `/task/${task}/run/${id}?wait=30`)).body.status, 'cancelled')
    }
  })
})
