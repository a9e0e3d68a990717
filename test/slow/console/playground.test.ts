import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { choose, pressAt, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { red } from '../../support/pictures.ts'
import { speakModels } from '../../support/spoken-model.ts'
import type { Cleanup, System } from '../../support/system.ts'

const FORMAT = { mood: { type: 'string', options: ['good', 'bad'] }, why: 'string' }

/** The column with this letter. */
const column = (page: Page, letter: string) => page.getByRole('region', { name: new RegExp(`^${letter} · `) })

async function createTwoRevisions(system: System, name: string) {
  const task = await system.createTask({ name, output_format: FORMAT })
  const { body } = await system.call('POST', `/task/${task}`, {
    user_prompt: 'Judge {text} for {reader}',
    weight: 1,
  })
  return { task, newer: body.revisions[0].id as string, older: body.revisions[1].id as string }
}

describe('the playground', () => {
  const { journey, keyboard } = useConsole()

  keyboard(
    'two revisions answer the same inputs, with what differs and what each took',
    async (t, { open, system }) => {
      const { task } = await createTwoRevisions(system, 'Side by side')
      const page = await open(t, '/tasks')
      await page.keyboard.press('g')
      await page.keyboard.press('p')
      await page.getByRole('heading', { level: 1, name: 'Playground', exact: true }).waitFor()
      await typeInto(page, page.getByLabel('text', { exact: true }), 'I love tea')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.type('a child')
      assert.equal(await page.getByLabel('reader', { exact: true }).inputValue(), 'a child')
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      await page.getByRole('heading', { name: /fields differ|are the same/ }).waitFor()
      for (const letter of ['A', 'B']) {
        await column(page, letter).getByText('succeeded').waitFor()
        await column(page, letter)
          .getByText(/\d in, \d+ out/)
          .waitFor()
        await column(page, letter).getByText('simulated', { exact: true }).waitFor()
      }
      await checkAccess(page)
      const { body } = await system.call('GET', `/task/${task}/run`)
      assert.equal(body.results.length, 2)
      assert.deepEqual(
        new Set(body.results.map((run: { reporting_group: string }) => run.reporting_group)),
        new Set(['playground']),
      )
      // What lies there stays while one looks elsewhere.
      await page.keyboard.press('Escape')
      await pressAt(page, page.getByRole('link', { name: /^Tasks/ }))
      await page.getByRole('heading', { level: 1, name: 'Tasks', exact: true }).waitFor()
      await page.keyboard.press('g')
      await page.keyboard.press('p')
      assert.equal(await page.getByLabel('text', { exact: true }).inputValue(), 'I love tea')
      await column(page, 'B').getByText('succeeded').waitFor()
    },
  )

  journey(
    'a draft is tried without traffic: its parameters at once, one test revision however often',
    async (t, { open, system }) => {
      const { task, older } = await createTwoRevisions(system, 'Drafted')
      const page = await open(t, `/playground?task=${task}&revisions=${older}`)
      await column(page, 'A').getByRole('button', { name: 'Draft a change' }).click()
      await page.getByRole('textbox', { name: /^User prompt of A/ }).click()
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText('Judge {text} in {language}')
      await page.getByLabel('language', { exact: true }).fill('Danish')
      await page.getByLabel('text', { exact: true }).fill('tea')
      await checkAccess(page)
      for (const _ of [1, 2]) {
        await page.keyboard.press('Control+Enter')
        await page.getByText('All columns are done.').waitFor()
        await page.getByRole('button', { name: 'Close the message' }).click()
      }
      const { body } = await system.call('GET', `/task/${task}?include_tests=true`)
      const tests = body.revisions.filter(({ test }: { test: boolean }) => test)
      assert.deepEqual(
        tests.map(({ user_prompt }: { user_prompt: string }) => user_prompt),
        ['Judge {text} in {language}'],
      )
      const runs = (await system.call('GET', `/task/${task}/run`)).body.results
      assert.deepEqual(
        runs.map((run: { task_revision_id: string }) => run.task_revision_id),
        [tests[0].id, tests[0].id],
      )
      await page.getByRole('link', { name: 'Make it a revision' }).click()
      await page.waitForURL(new RegExp(`from=${tests[0].id}`))
    },
  )

  keyboard('another model is another column', async (t, { open, system }) => {
    const { task, newer } = await createTwoRevisions(system, 'Modelled')
    const page = await open(t, `/playground?task=${task}&revisions=${newer}`)
    await typeInto(page, page.getByLabel('text', { exact: true }), 'tea')
    await pressAt(page, page.getByRole('button', { name: 'Add a column' }))
    await choose(page, page.getByLabel(/^Model of B/), 'simulated-s')
    await page.keyboard.press('Control+Enter')
    await page.getByText('All columns are done.').waitFor()
    await page.waitForURL((url) => url.href.includes(`revisions=${newer}%2C${newer}`))
    await pressAt(page, column(page, 'B').getByRole('link', { name: 'This run' }))
    await page.getByRole('link', { name: 'Open in playground' }).waitFor()
    await page.getByText('simulated-small').first().waitFor()
  })

  journey(
    'the inputs and images of a run are begun with; images are pasted and dropped',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Seen', output_format: FORMAT, image_required: true })
      const image = (await red(40, 30).jpeg().toBuffer()).toString('base64')
      const started = await system.call('POST', `/task/${task}/run`, {
        task_input: { text: 'a cup', weights: [1, 2] },
        task_files: [{ data: image }],
      })
      assert.equal(started.status, 200)
      const page = await open(t, `/runs/${task}/${started.body.id}`)
      await page.getByRole('link', { name: 'Open in playground' }).click()
      await page.getByRole('img', { name: 'Image 1' }).waitFor()
      assert.equal(await page.getByLabel('text', { exact: true }).inputValue(), 'a cup')
      assert.ok(await page.getByLabel('weights is JSON').isChecked())
      for (const [kind, member] of [
        ['paste', 'clipboardData'],
        ['drop', 'dataTransfer'],
      ]) {
        await page.evaluate(`{
        const bytes = Uint8Array.from(atob(${JSON.stringify(image)}), (each) => each.charCodeAt(0))
        const data = new DataTransfer()
        data.items.add(new File([bytes], 'more.jpeg', { type: 'image/jpeg' }))
        const Kind = ${kind === 'paste' ? 'ClipboardEvent' : 'DragEvent'}
        const event = new Kind('${kind}', { ${member}: data, bubbles: true, cancelable: true })
        document.querySelector('.playground-tray').dispatchEvent(event)
      }`)
      }
      await page.getByRole('img', { name: 'Image 3' }).waitFor()
      await page.getByRole('button', { name: 'Remove Image 2' }).click()
      await checkAccess(page)
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      const runs = (await system.call('GET', `/task/${task}/run`)).body.results
      assert.equal(runs[0].files.length, 2)
      assert.deepEqual(runs[0].run_data.submitted, { text: 'a cup', weights: [1, 2] })
    },
  )

  journey('what is wrong is said in the column where it is, and why a key may not', async (t, driver) => {
    const { open, system, browser } = driver
    const { task } = await createTwoRevisions(system, 'Refused')
    const page = await open(t, `/playground?task=${task}`)
    await page.getByLabel('text is JSON').check()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page
      .getByRole('alert')
      .getByText(/text: /)
      .waitFor()
    await page.getByLabel('text is JSON').uncheck()
    await system.call('POST', `/task/${task}`, { enabled: false })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await column(page, 'A').getByText('TASK_DISABLED').waitFor()
    const reader = await system.createToken(['task:read', 'run:read'])
    await browser.clearCookies()
    const poor = await open(t, `/playground?task=${task}`, { key: reader })
    const run = poor.getByRole('button', { name: 'Run', exact: true })
    assert.equal(await run.getAttribute('aria-disabled'), 'true')
    await run.focus()
    await poor.keyboard.press('Enter')
    await poor
      .getByRole('status')
      .getByText(/lacks the scope run:write/)
      .waitFor()
  })

  journey('the same call is written for others', async (t, { open, system, url }) => {
    const { task, older } = await createTwoRevisions(system, 'Copied')
    const page = await open(t, `/playground?task=${task}&revisions=${older}`)
    await page.getByLabel('text', { exact: true }).fill("it's tea")
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await column(page, 'A').getByText('succeeded').waitFor()
    await page.getByRole('button', { name: 'Copy as code' }).click()
    const curl = (await page.getByRole('dialog').locator('pre').first().textContent()) ?? ''
    assert.ok(curl.includes(`${url}/api/v1/org/`) && curl.includes(`revision_id=${older}`), curl)
    await checkAccess(page)
    await page.getByRole('button', { name: 'Copy curl' }).click()
    await page.getByText(/curl: copied|the text is marked/).waitFor()
  })
})

describe('an answer in the playground', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const { journey } = useConsole(async (t: Cleanup) => {
    model = await speakModels(t)
    return { env: model.env }
  })

  journey(
    'an answer stands there as far as it is written, is told of when it begins anew, and is stopped',
    async (t, { open, system }) => {
      const fields = { llm_model_id: 'spoken', output_format: { mood: 'string', score: 'number' } }
      const task = await system.createTask({ name: 'Spoken', ...fields })
      const page = await open(t, `/playground?task=${task}`)
      const answer = column(page, 'A')
      await page.getByLabel('text', { exact: true }).fill('tea')
      await page.keyboard.press('Control+Enter')
      const first = await model.next()
      first.say('{"mood": "some')
      await answer.getByText('mood: some', { exact: true }).waitFor()
      first.say('what go')
      await answer.getByText('mood: somewhat go', { exact: true }).waitFor()
      await checkAccess(page)
      first.cut()
      const second = await model.next()
      await answer.getByText('Earlier the call failed, and is made again.').waitFor()
      second.say('{"mood": "bad", "score": 1}')
      second.end()
      await answer.getByText('succeeded').waitFor()
      await answer.getByText('score: 1', { exact: true }).waitFor()

      await page.keyboard.press('Control+Enter')
      await model.next()
      await answer.getByText('running').waitFor()
      await page.getByRole('button', { name: 'Stop' }).focus()
      await page.keyboard.press('Enter')
      await answer.getByText('RUN_CANCELLED').waitFor()
      const { results } = (await system.call('GET', `/task/${task}/run`)).body
      assert.deepEqual(
        results.map(({ status }: { status: string }) => status),
        ['cancelled', 'succeeded'],
      )
    },
  )
})
