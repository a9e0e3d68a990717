import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { useConsole } from '../../support/console/use-console.ts'

/** Runs in the list: more than are shown at once; and characters of what each was given. */
const RUNS = 100
const LARGE = 100_000

/** Bytes of all answers of the API since the page was loaded, as they were sent. */
const apiBytes = (page: Page): Promise<number> =>
  page.evaluate(
    'performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/v1/")).reduce((sum, each) => sum + each.encodedBodySize, 0)',
  )

describe('a long list of large runs', () => {
  const running = useConsole()

  test('brings a page of lines and nothing of what is in the runs', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Large', output_modality: 'text' })
    const text = 'x'.repeat(LARGE)
    for (let at = 0; at < RUNS; at += 1)
      await system.call('POST', `/task/${task}/run`, { task_input: { text } })
    const page = await open(t, '/runs')
    await page.locator('[data-row]').first().waitFor()
    await page.waitForLoadState('networkidle')
    const bytes = await apiBytes(page)
    t.diagnostic(`${bytes} bytes`)
    assert.ok(bytes > 1000 && bytes <= 150_000, String(bytes))
  })
})
