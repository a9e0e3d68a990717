import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { choose, pressAt, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import { docxOf, pdfOf } from '../../support/made-documents.ts'

const EXTRACTOR = 'document_content_extractor'
const FILES = [
  ['contract.pdf', 'application/pdf', pdfOf('It ends in May.')],
  ['letter.docx', '', docxOf('Dear all')],
  ['prices.csv', 'text/csv', Buffer.from('a;b\n1;2\n')],
] as const

/** Drops files where the playground takes them, as a hand would from a desktop. */
const drop = (page: Page, files: readonly (readonly [string, string, Buffer])[]) =>
  page.evaluate(`{
    const data = new DataTransfer()
    for (const [name, type, bytes] of ${JSON.stringify(files.map(([name, type, bytes]) => [name, type, bytes.toString('base64')]))})
      data.items.add(new File([Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0))], name, { type }))
    const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    document.querySelector('.playground-tray').dispatchEvent(event)
  }`)

describe('documents in the console', () => {
  const { journey, keyboard } = useConsole()

  journey(
    'documents are dropped in the playground, sent with their names, and shown by the run',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Sorted', file_input_mode: 'file' })
      const page = await open(t, `/playground?task=${task}`)
      await page.getByText('one is needed').waitFor()
      await page.getByLabel('text', { exact: true }).fill('tea')
      await drop(page, FILES)
      await page.getByRole('button', { name: 'Remove prices.csv' }).waitFor()
      await checkAccess(page)
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      const [run] = (await system.call('GET', `/task/${task}/run`)).body.results
      assert.deepEqual(
        run.file_names,
        FILES.map(([name]) => name),
      )
      await page.getByRole('link', { name: 'This run' }).click()
      for (const [name, kind] of [
        ['contract.pdf', 'PDF'],
        ['letter.docx', 'Word'],
        ['prices.csv', 'CSV 8 bytes'],
      ]) {
        await page.getByRole('row', { name: new RegExp(`^${name} ${kind}`) }).waitFor()
      }
      await checkAccess(page)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: /^Download.*contract\.pdf$/ }).press('Enter'),
      ])
      assert.equal(download.suggestedFilename(), 'contract.pdf')
      assert.deepEqual(await readFile(await download.path()), FILES[0][2])
    },
  )

  journey(
    'documents fill parameters: they are not asked for, and the run shows what was made of them; run again, they go with it',
    async (t, { open, system }) => {
      const processor = (param: string, filename: string) => ({
        ...{ param_name: param, input_processor: EXTRACTOR, config: { filename } },
      })
      const task = await system.createTask({
        name: 'Extracted',
        user_prompt: 'Compare {contract} with {letter} for {reader}.',
        input_processors: [processor('contract', 'contract.pdf'), processor('letter', 'letter.docx')],
      })
      const page = await open(t, `/playground?task=${task}`)
      await page.getByText('is filled with the text of contract.pdf').waitFor()
      assert.equal(await page.getByLabel('contract', { exact: true }).count(), 0)
      await page.getByLabel('reader', { exact: true }).fill('a judge')
      await drop(page, FILES.slice(0, 2))
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      await page.getByRole('link', { name: 'This run' }).click()
      await page.getByText('contract: It ends in May.').waitFor()
      await page.getByText('contract_preprocessed: contract.pdf').waitFor()
      await checkAccess(page)
      await page.getByRole('link', { name: 'Open in playground' }).click()
      await page.getByRole('button', { name: 'Remove letter.docx' }).waitFor()
      assert.equal(await page.getByLabel('reader', { exact: true }).inputValue(), 'a judge')
      assert.equal(await page.getByText('in none of the prompts').count(), 0)
      await page.goBack()
      await page.getByRole('button', { name: 'Run again…' }).click()
      const first = page.url()
      await page.getByText('Its 2 files go with it.').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click()
      await page.waitForURL((url) => url.href !== first)
      await page.getByText('contract: It ends in May.').waitFor()
      const { results } = (await system.call('GET', `/task/${task}/run`)).body
      assert.deepEqual(
        results.map(({ file_names }: { file_names: string[] }) => file_names),
        [1, 2].map(() => ['contract.pdf', 'letter.docx']),
      )
    },
  )

  keyboard(
    'input processors are added, configured and taken away in the editor',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Edited' })
      const page = await open(t, `/tasks/${task}/edit`)
      const adding = page.getByLabel('Which to add: an input processor')
      await choose(page, adding, EXTRACTOR)
      await pressAt(page, page.getByRole('button', { name: 'Add an input processor' }))
      await page.getByText('Puts the text of a document').waitFor()
      const configuration = page.getByRole('textbox', { name: 'Configuration of Processor 1' })
      await typeInto(page, configuration, '{"filename": ')
      await checkAccess(page)
      await pressAt(page, page.getByRole('button', { name: 'Review and save' }))
      await pressAt(page, page.getByRole('button', { name: 'Save', exact: true }))
      await page
        .getByRole('dialog')
        .getByRole('alert')
        .getByText(/Input processors: /)
        .waitFor()
      await page.keyboard.press('Escape')
      await typeInto(page, configuration, '{"filename": "contract.pdf"}')
      await choose(page, adding, 'url_fetcher')
      await pressAt(page, page.getByRole('button', { name: 'Add an input processor' }))
      await page.getByText('It is off on this server').waitFor()
      await pressAt(page, page.getByRole('button', { name: 'Take Processor 2 away' }))
      await pressAt(page, page.getByRole('button', { name: 'Review and save' }))
      await page.getByRole('dialog').getByText('contract.pdf').first().waitFor()
      await checkAccess(page)
      await pressAt(page, page.getByRole('button', { name: 'Save', exact: true }))
      await page.getByRole('heading', { level: 1, name: 'Edited', exact: true }).waitFor()
      const { revisions } = (await system.call('GET', `/task/${task}`)).body
      assert.deepEqual(revisions[0].input_processors, [
        { param_name: 'text', input_processor: EXTRACTOR, config: { filename: 'contract.pdf' } },
      ])
    },
  )

  keyboard('a prompt without parameters says what a processor needs', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Plain', user_prompt: 'Say something.' })
    const page = await open(t, `/tasks/${task}/edit`)
    await page.getByText('There is no parameter to work on').waitFor()
    await checkAccess(page)
  })
})
