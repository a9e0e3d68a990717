import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { startChromium } from '../chromium.ts'
import { type Cleanup, type System, useSystem } from '../system.ts'
import { buildConsole } from './build.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The console of a system in a browser, as a person has it before the eyes. */
export interface ConsoleDriver {
  readonly system: System
  readonly browser: BrowserContext
  /**
   * Opens the console in a new tab, signed in by a link with the key, at an address behind the `#`. Whatever the tab does
   * until the end of the test, its policy is never broken and no script fails.
   */
  open(t: Cleanup, address?: string, options?: { key?: string; url?: string }): Promise<Page>
}

/** One system and one browser for all journeys of a suite. */
export function useConsole(options: Parameters<typeof useSystem>[0] = {}): () => ConsoleDriver {
  const running = useSystem(options)
  const cleanups: (() => Promise<void> | void)[] = []
  let browser: BrowserContext | undefined
  before(async () => {
    await buildConsole()
    browser = await startChromium({ after: (clean) => void cleanups.unshift(clean) })
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })
  return () => {
    if (!browser) throw new Error('the browser is there from the first test on')
    return driverOf(running(), browser)
  }
}

function driverOf(system: System, browser: BrowserContext): ConsoleDriver {
  return {
    system,
    browser,
    async open(t, address = '/tasks', { key = system.token, url = system.url } = {}) {
      const page = await browser.newPage()
      const problems = watchProblems(page)
      t.after(async () => {
        await page.close()
        assert.deepEqual(problems, [])
      })
      await page.goto(`${url}/console/#key=${encodeURIComponent(key)}`)
      await page.getByRole('navigation', { name: 'Pages' }).waitFor()
      if (address !== '/tasks') await goTo(page, address)
      return page
    },
  }
}

/** Goes to an address behind the `#`, as by a bookmark. */
export async function goTo(page: Page, address: string): Promise<void> {
  const [base] = page.url().split('#')
  // Only what is behind the `#` differs, and that alone would load nothing.
  await page.goto('about:blank')
  await page.goto(`${base}#${address}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** What no page may do: break the policy, fail in a script. Filled while the page lives. */
function watchProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error.stack)))
  page.on('console', (message) => {
    const text = message.text()
    if (/content security policy|trusted type|\bkey\b.*\bprop\b|hydrat/i.test(text)) problems.push(text)
  })
  return problems
}

/** Holds a page to the rules of accessibility, in both schemes of colours. */
export async function checkAccess(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.evaluate(AXE)
    const { violations } = await page.evaluate<AxeResults>(
      'axe.run(document, { resultTypes: ["violations"] })',
    )
    const found = violations.map(
      ({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    )
    assert.deepEqual(found, [])
  }
}
