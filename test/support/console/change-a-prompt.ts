import type { Page } from 'playwright-core'

export interface Change {
  /** The task's name, its prompt as it is to be, and a parameter of it. */
  readonly task: string
  readonly prompt: string
  readonly parameter: string
  /** What it is tried on. */
  readonly inputs: readonly [string, string]
  /** What callers do meanwhile: runs without a word of which revision. */
  readonly callers: () => Promise<void>
  /** Is told after each step, while what it came to is to be seen. */
  readonly step: (name: string) => Promise<void>
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

/**
 * What somebody does who has a better prompt, from the list of tasks on, by what the pages say alone: changes it, tries it
 * beside the old one, gives it a tenth of the traffic, watches, and takes it back.
 */
export async function changeAPrompt(page: Page, change: Change): Promise<void> {
  const { task, prompt, parameter, inputs, callers, step } = change
  await page.getByRole('link', { name: task, exact: true }).first().waitFor()
  await step('tasks')

  await page.getByRole('link', { name: task, exact: true }).first().click()
  await page.getByRole('heading', { level: 1, name: task, exact: true }).waitFor()
  const before = await page.locator('.traffic-words').first().textContent()
  await step('the task')
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await page.getByRole('textbox', { name: 'User prompt', exact: true }).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(prompt)
  await step('the prompt changed')
  await button(page, 'Review and save').click()
  await page.getByRole('dialog').locator('ins').first().waitFor()
  await step('what changes')
  await button(page, 'Save').click()
  await page.getByRole('heading', { level: 1, name: task, exact: true }).waitFor()
  const fresh = (await page.getByRole('rowheader', { name: /^r\d+/ }).first().textContent())?.trim() ?? ''

  await page.getByRole('link', { name: 'Playground', exact: true }).click()
  for (const [at, input] of inputs.entries()) {
    await page.getByLabel(parameter, { exact: true }).fill(input)
    await button(page, 'Run').click()
    await page.getByText('All columns are done.').waitFor()
    await page.getByRole('heading', { name: /fields differ|are the same/ }).waitFor()
    await button(page, 'Close the message').click()
    await step(`tried on input ${at + 1}`)
  }

  await page.getByRole('link', { name: /^Tasks/ }).click()
  await page.getByRole('link', { name: task, exact: true }).first().click()
  await page.getByLabel('Which to add: a revision').selectOption({ label: fresh })
  await button(page, 'Add a revision').click()
  await page.getByLabel(`Percent of ${fresh}`).fill('10')
  await page.getByText(/Of the next 1,000 runs: .*\b100\b/).waitFor()
  await step('a tenth of the traffic, before it is saved')
  await button(page, 'Split the traffic so').click()
  await page.getByText(new RegExp(`${fresh} 10 %`)).waitFor()
  await step('a tenth of the traffic')

  await page.getByRole('link', { name: /^Live/ }).click()
  await page.getByRole('heading', { name: 'Ends, as they come' }).waitFor()
  const ends = page.getByRole('region', { name: 'Ends, as they come' }).getByRole('row', { name: task })
  // The workers know a moment later that somebody watches.
  while ((await ends.count()) === 0) {
    await callers()
    await ends
      .first()
      .waitFor({ timeout: 1000 })
      .catch(() => {})
  }
  await step('watched live')
  await page.getByRole('link', { name: /^Runs/ }).click()
  const ofFresh = page.getByRole('cell', { name: fresh, exact: true })
  // Those of the playground are there already.
  while ((await ofFresh.count()) <= inputs.length) {
    await callers()
    await page.reload()
    await page.locator('[data-row]').first().waitFor()
    await page
      .getByRole('cell', { name: /^r\d+$/ })
      .first()
      .waitFor()
  }
  await step('its runs')
  await page.getByRole('link', { name: /^Reports/ }).click()
  await page.getByRole('heading', { name: 'By revision' }).waitFor()
  await step('what they came to')

  await page.getByRole('link', { name: /^Tasks/ }).click()
  await page.getByRole('link', { name: task, exact: true }).first().click()
  await page.getByLabel(`Percent of ${fresh}`).fill('0')
  await button(page, 'Split the traffic so').click()
  await page
    .locator('.traffic-words', { hasText: before ?? '' })
    .first()
    .waitFor()
  await page.getByText('The traffic is split anew.').waitFor()
  await step('taken back')
}
