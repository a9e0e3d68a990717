import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN } from '../../support/system.ts'

/** Types key by key in place of what is there, and returns what stood in the field after each. */
async function typeSlowly(page: Page, field: Locator, text: string): Promise<string[]> {
  await field.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  const seen: string[] = []
  for (const key of text) {
    await page.keyboard.type(key)
    seen.push(await field.inputValue())
  }
  return seen
}

describe('numbers that are typed', () => {
  const console = useConsole()

  test('a share stays as it is typed, and small ones are not shown as none', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Shared finely' })
    await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const page = await open(t, `/tasks/${task}`)
    await page.getByRole('button', { name: 'Add a revision' }).click()
    const share = page.getByLabel('Percent of r2')
    assert.deepEqual(await typeSlowly(page, share, '30'), ['3', '30'])
    await page.getByText('r1 700 · r2 300').waitFor()
    assert.equal((await typeSlowly(page, share, '0.125')).at(-1), '0.125')
    assert.equal((await typeSlowly(page, share, '0.001')).at(-1), '0.001')
    await page.keyboard.press('Tab')
    assert.equal(await share.inputValue(), '0.001')
    assert.equal(await page.getByLabel('Percent of r1').inputValue(), '99.999')
    await typeSlowly(page, share, '-5')
    await page.getByText('Of the next 1,000 runs: r1 1,000').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await share.inputValue(), '0', 'what counts is shown when the field is left')

    await goTo(page, `/tasks/${task}/edit`)
    await page.getByLabel('Annotation').fill('finer')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByLabel('A share of the traffic').check()
    for (const wrong of ['-3', '150']) {
      await typeSlowly(page, page.getByLabel('Percent of the runs'), wrong)
      await page.getByText('A share of the traffic is more than 0 and at most 100 percent.').first().waitFor()
    }
  })

  test('what is no number is refused by its name, and not sent as nothing', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Bounded' })
    const page = await open(t, '/limits', { key: ADMIN_TOKEN })
    const sent: string[] = []
    page.on('request', (call) => call.method() === 'POST' && sent.push(call.url()))
    const refused = (words: string) => page.getByRole('alert').getByText(words).waitFor()
    await page.getByRole('button', { name: 'New budget' }).click()
    await page.getByLabel('Credits').fill('1,5')
    await page.getByRole('button', { name: 'Set the budget' }).click()
    await refused('Credits: “1,5” is no number.')
    await page.getByLabel('Credits').fill('1.5')
    await page.getByLabel('Tell of it at').fill('50; 90')
    await page.getByRole('button', { name: 'Set the budget' }).click()
    await refused('“50; 90” is no number.')
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('button', { name: 'New limit' }).click()
    assert.equal(
      await page.getByRole('alert').count(),
      0,
      'what one form was refused for is not said in another',
    )
    await page.getByLabel('At most so many runs at once').fill('1e')
    await page.getByRole('button', { name: 'Set the limit' }).click()
    await refused('runs at once: “1e” is no number.')

    await goTo(page, `/tasks/${task}/verdict`)
    await page.getByLabel('Beside so many runs').fill('')
    await page.getByRole('button', { name: 'Let it run beside' }).click()
    await refused('Beside so many runs: nothing is typed.')
    await goTo(page, `/tasks/${task}/edit`)
    await page.getByLabel('Timeout, in seconds').fill('2 min')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await refused('Timeout: “2 min” is no number.')
    assert.deepEqual(sent, [])
  })
})
