import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import type { System } from '../../support/system.ts'

const OLD = {
  ...{ system_prompt: 'Old.', user_prompt: 'Old {text}', output_format: { old: 'string' } },
  // The editor shows neither of them.
  ...{ optimise_images: false, fallback_llm_config: { seed: 1 } },
}
const NEW = {
  ...{ system_prompt: 'New.', user_prompt: 'New {text}', output_format: { fresh: 'string' } },
  ...{ optimise_images: true, fallback_llm_config: null },
}
const TRIED = { ...NEW, system_prompt: 'Tried.', user_prompt: 'Tried {text}' }

/** A task with an old and a new revision, and a newer one that was only tried. */
async function taskOfThree(system: System, name: string) {
  const task = await system.createTask({ name, ...OLD })
  await system.call('POST', `/task/${task}`, NEW)
  await system.call('POST', `/task/${task}`, { ...TRIED, test: true })
  const read = async () => (await system.call('GET', `/task/${task}?include_tests=true`)).body.revisions
  const [tried, fresh, old] = (await read()).map(({ id }: { id: string }) => id)
  return { task, ids: { tried, fresh, old }, newest: async () => (await read())[0] }
}

const shownPrompt = (page: Page, text: string) =>
  page.getByRole('textbox', { name: 'System prompt', exact: true }).filter({ hasText: text }).waitFor()

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review and save' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
}

/** That a revision is what another one was made of. */
function isMadeOf(made: Record<string, unknown>, of: Record<string, unknown>): void {
  const found = Object.fromEntries(Object.keys(of).map((name) => [name, made[name]]))
  assert.deepEqual(found, of)
}

describe('what is saved is what was shown', () => {
  const { journey } = useConsole()

  journey('of an older revision all, also what is not shown', async (t, { open, system }) => {
    const { task, newest } = await taskOfThree(system, 'From an old one')
    const page = await open(t, `/tasks/${task}`)
    await page.getByRole('link', { name: 'r1', exact: true }).click()
    await shownPrompt(page, 'Old.')
    await page.getByLabel('Annotation').fill('as it was')
    await save(page)
    const made = await newest()
    isMadeOf(made, { ...OLD, test: false, annotation: 'as it was' })
  })

  journey('a revision that was only tried is no beginning, unless it is asked for', async (t, driver) => {
    const { task, ids, newest } = await taskOfThree(driver.system, 'Only tried')
    const page = await driver.open(t, `/tasks/${task}/edit`)
    await shownPrompt(page, 'New.')
    await page.getByLabel('Annotation').fill('on')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByLabel('Nobody, ever: it is a test').check()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    isMadeOf(await newest(), { ...NEW, test: true })

    await goTo(page, `/tasks/${task}/edit?from=${ids.tried}`)
    await shownPrompt(page, 'Tried.')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('dialog').getByText('Beside r2, the newest revision that is no test.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    isMadeOf(await newest(), { ...TRIED, test: false })
  })

  journey('no share is not saved as something else', async (t, { open, system }) => {
    const { task, ids, newest } = await taskOfThree(system, 'No share')
    const page = await open(t, `/tasks/${task}/edit`)
    await page.getByLabel('Annotation').fill('for some')
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByLabel('A share of the traffic').check()
    await page.getByLabel('Percent of the runs').fill('')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).press('Enter')
    await page
      .getByRole('alert')
      .getByText('A share of the traffic is more than 0 and at most 100 percent.')
      .waitFor()
    assert.equal((await newest()).id, ids.tried)
    await page.getByLabel('Percent of the runs').fill('20')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    const { active_revisions: active } = (await system.call('GET', `/task/${task}`)).body
    const weights = active.map(({ weight }: { weight: number }) => weight)
    assert.deepEqual(weights, [1, 0.25])
  })
})
