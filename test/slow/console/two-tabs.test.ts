import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { useConsole } from '../../support/console/use-console.ts'
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
})
