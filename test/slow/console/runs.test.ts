import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { pressAt, reach, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { red } from '../../support/pictures.ts'
import type { System } from '../../support/system.ts'

async function start(system: System, task: string, text: string, query = '') {
  return (await system.call('POST', `/task/${task}/run${query}`, { task_input: { text } })).body
}

describe('runs in the console', () => {
  const { journey, keyboard } = useConsole()

  keyboard('a run is found by filters, opened, and shows what was in it', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Filtered' })
    await start(system, task, 'the other one', '?reporting_group=blue')
    const run = await start(system, task, 'the one <b>with</b> markup', '?reporting_group=red')
    const page = await open(t, `/runs?task=${task}`)
    await page.locator('[data-row]').nth(1).waitFor()
    await typeInto(page, page.getByLabel('Reporting group'), 'red')
    await page.keyboard.press('Enter')
    await page.waitForURL(/reporting_group=red/)
    await page.locator('[data-row]').nth(1).waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: 'r1', exact: true }).waitFor()
    assert.equal(await page.locator('[data-row]').count(), 1)
    await checkAccess(page)
    await pressAt(page, page.getByRole('link', { name: /^Filtered/ }))
    await page.getByText('the one <b>with</b> markup', { exact: true }).waitFor()
    await page.getByText(run.id).waitFor()
    await page.getByRole('rowheader', { name: 'attempt 1' }).waitFor()
    await pressAt(page, page.getByText('Prompts, with the inputs in their places'))
    await page.getByText('Say something about the one <b>with</b> markup.').waitFor()
    await checkAccess(page)
  })

  journey('a filter that nothing passes is named', async (t, { open }) => {
    const page = await open(t, '/runs?reason=NO_SUCH&reference=0012')
    const empty = page.locator('.empty')
    await empty.getByText('No run passes these filters').waitFor()
    assert.match((await empty.textContent()) ?? '', /Reason: NO_SUCH.*Reference: 0012/)
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.waitForURL(/#\/runs$/)
  })

  journey('new runs are counted, and come when they are asked for', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Watched' })
    await start(system, task, 'before')
    const page = await open(t, `/runs?task=${task}`)
    await page.getByRole('link', { name: /^Watched/ }).waitFor()
    await start(system, task, 'after')
    await page.getByRole('button', { name: '1 new run' }).click()
    await page.getByRole('button', { name: '1 new run' }).waitFor({ state: 'detached' })
    await page.locator('[data-row]').nth(1).waitFor()
    assert.equal(await page.locator('[data-row]').count(), 2)
  })

  keyboard('a run is run again with other inputs, on its revision', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Again' })
    const run = await start(system, task, 'first')
    const page = await open(t, `/runs/${task}/${run.id}`)
    await pressAt(page, page.getByRole('button', { name: 'Run again…' }))
    await reach(page, page.getByRole('textbox', { name: 'Inputs' }))
    await checkAccess(page)
    await typeInto(page, page.getByRole('textbox', { name: 'Inputs' }), '{"text": "second"}')
    await pressAt(page, page.getByRole('button', { name: 'Run', exact: true }))
    await page.waitForURL((url) => url.hash.includes(task) && !url.hash.includes(run.id))
    await page.getByText('second', { exact: true }).waitFor()
    const { body } = await system.call('GET', `/task/${task}/run/${page.url().slice(-36)}`)
    assert.equal(body.task_revision_id, run.task_revision_id)
  })

  journey('images of a run are shown', async (t, { open, system }) => {
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
  const { journey } = useConsole({ model: { latencyMs: 600_000 } })

  journey('many are cancelled at once', async (t, { open, system }) => {
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
