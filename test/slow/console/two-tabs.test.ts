import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { ADMIN_TOKEN } from '../../support/system.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

describe('one thing in two tabs', () => {
  const console = useConsole()
  const admin = { token: ADMIN_TOKEN }

  test('a budget that was changed, or taken away, in the other tab is not put back as it was', async (t) => {
    const { open, system } = console()
    const budgets = async () => (await system.call('GET', '/budget', undefined, admin)).body.budgets
    const budget = { applies_to: 'project', target_id: null, per: 'day', mode: 'soft', thresholds: [] }
    await system.call('POST', '/budget', { budgets: [{ ...budget, name: 'shared', credits: 10 }] }, admin)
    const [one, other] = [
      await open(t, '/limits', { key: ADMIN_TOKEN }),
      await open(t, '/limits', { key: ADMIN_TOKEN }),
    ]
    for (const page of [one, other]) {
      await press(page, 'Change shared')
      await page.getByLabel('Credits').fill(page === one ? '20' : '30')
    }
    await press(one, 'Set the budget')
    await one.getByText('The budget “shared” is set.').waitFor()
    await press(other, 'Set the budget')
    await other.getByRole('alert').getByText('“shared” was changed meanwhile.').waitFor()
    assert.deepEqual(
      (await budgets()).map(({ credits }: { credits: number }) => credits),
      [20],
    )

    await press(other, 'Close')
    await other.getByText('of 20').waitFor()
    await press(other, 'Change shared')
    await other.getByLabel('Credits').fill('30')
    await press(one, 'Take away shared')
    await press(one, 'Take it away')
    await one.getByText('The budget is taken away.').waitFor()
    await press(other, 'Set the budget')
    await other.getByRole('alert').getByText('“shared” was taken away meanwhile.').waitFor()
    assert.deepEqual(await budgets(), [])
  })

  test('weights that a rollout decides about are changed where one asks for it, and it ends', async (t) => {
    const { open, system } = console()
    const task = await system.createTask({ name: 'Rolled elsewhere' })
    const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
    const roll = () => system.call('POST', `/task/${task}/rollout`, { from, to, shares: [0.1, 1] })
    const status = async () => (await system.call('GET', `/task/${task}/rollout`)).body.status
    await roll()
    const page = await open(t, `/tasks/${task}`)
    await page.getByLabel('Percent of r2').fill('30')
    await press(page, 'Split the traffic so')
    await page.getByRole('alert').getByText('It ends if that is changed here.').waitFor()
    assert.equal(await status(), 'running')
    // Who thinks better of it is asked once more.
    await page.getByLabel('Percent of r2').fill('40')
    await press(page, 'Split the traffic so')
    await press(page, 'End the rollout, and split so')
    await page.getByText('r1 60 % · r2 40 %').waitFor()
    assert.equal(await status(), 'superseded')

    await roll()
    await goTo(page, `/tasks/${task}/edit`)
    await page.getByLabel('Annotation').fill('for all')
    await press(page, 'Review and save')
    await page.getByLabel('All of the traffic').check()
    await press(page, 'Save')
    await page.getByRole('alert').getByText('It ends if that is changed here.').waitFor()
    assert.equal(await status(), 'running')
    await press(page, 'End the rollout, and save')
    await page.getByText('r3 100 %').waitFor()
    assert.equal(await status(), 'superseded')
    await page.getByRole('status').getByText('Saved.').waitFor()
    await page.getByRole('link', { name: 'History of weights' }).click()
    await page.getByRole('heading', { level: 1, name: /history of weights/ }).waitFor()
    assert.equal(
      await page.getByText('Saved.').count(),
      0,
      'what was said on one page does not lie on the next',
    )
  })
})
