import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, type TestContext, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { startChromium } from '../chromium.ts'
import { ADMIN_TOKEN, type Cleanup, type System, useSystem } from '../system.ts'
import { type Told, tellOfFailure } from '../tell-of-failure.ts'
import { buildConsole } from './build.ts'
import { TELL_OF_TOUCH, TOUCHED, withoutHands } from './keyboard.ts'
import { startPrefixProxy } from './prefix-proxy.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Under which the journeys are made a second time. */
export const PREFIX = '/deep/er/prefix'

interface OpenOptions {
  /** The project's own where it is absent. */
  readonly key?: string
  /** Where the server is, without a slash at the end. */
  readonly url?: string
}

/** The console of a system in a browser, as a person has it before the eyes. */
export interface ConsoleDriver {
  readonly system: System
  readonly browser: BrowserContext
  /** Where the console's server is for the browser, without a slash at the end. */
  readonly url: string
  /**
   * Opens the console in a new tab, signed in by a link with the key, at an address behind the `#`. Whatever the tab does
   * until the end of the test, its policy is never broken and no script fails. How it stood is told where the test fails.
   */
  open(t: Told, address?: string, options?: OpenOptions): Promise<Page>
}

type Journey = (t: TestContext, driver: ConsoleDriver) => Promise<void>

/** What a suite of journeys has. Called, it is the console of the system's own project at the root of the server. */
export interface Consoles {
  (): ConsoleDriver
  /** A test of its own project, twice: at the root of the server and under a prefix. */
  journey(name: string, travel: Journey): void
  /** The same by keyboard alone: its pages refuse everything else. */
  keyboard(name: string, travel: Journey): void
}

/** One system and one browser for all journeys of a suite. */
export function useConsole(options: Parameters<typeof useSystem>[0] = {}): Consoles {
  const running = useSystem(options)
  const cleanups: (() => Promise<void> | void)[] = []
  let browser: BrowserContext | undefined
  let deep = ''
  before(async () => {
    await buildConsole()
    const cleanup: Cleanup = { after: (clean) => void cleanups.unshift(clean) }
    deep = await startPrefixProxy(cleanup, running().url, PREFIX)
    browser = await startChromium(cleanup)
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })
  const inBrowser = (system: System, url: string): ConsoleDriver => {
    if (!browser) throw new Error('the browser is there from the first test on')
    return driverOf(system, browser, url)
  }
  function journey(name: string, travel: Journey): void {
    test(name, async (t) => travel(t, inBrowser(await running().inNewProject(), running().url)))
    test(`${name} · under ${PREFIX}`, async (t) => travel(t, inBrowser(await running().inNewProject(), deep)))
  }
  return Object.assign(() => inBrowser(running(), running().url), {
    journey,
    keyboard: (name: string, travel: Journey) =>
      journey(`keyboard: ${name}`, (t, driver) => travel(t, byKeyboard(driver))),
  })
}

function driverOf(system: System, browser: BrowserContext, where: string): ConsoleDriver {
  return {
    system,
    browser,
    url: where,
    async open(t, address = '/tasks', { key = system.token, url = where } = {}) {
      const page = await browser.newPage()
      tellOfFailure(t, page)
      const problems = await watchProblems(page)
      t.after(async () => {
        // What it still asks for then is nobody's concern.
        await page.unrouteAll({ behavior: 'ignoreErrors' })
        await page.close()
        assert.deepEqual(problems, [])
      })
      if (key === ADMIN_TOKEN) await chooseProject(page, url, system)
      await page.goto(`${url}/console/#key=${encodeURIComponent(key)}`)
      await page.getByRole('navigation', { name: 'Pages' }).waitFor()
      if (address !== '/tasks') await goTo(page, address)
      return page
    },
  }
}

/** The administrator sees the project that was looked at last. */
async function chooseProject(page: Page, url: string, { project }: System): Promise<void> {
  await page.goto(`${url}/console/`)
  await page.evaluate(`localStorage.setItem('splitrun.project', ${JSON.stringify(project.slice(-36))})`)
  // Else the link would be opened in a tab that shows the console, to whoever signed in before, until it loads anew.
  await page.goto('about:blank')
}

const byKeyboard = (driver: ConsoleDriver): ConsoleDriver => ({
  ...driver,
  async open(...given) {
    const page = await driver.open(...given)
    await page.evaluate(TELL_OF_TOUCH)
    await page.addInitScript(TELL_OF_TOUCH)
    return withoutHands(page)
  },
})

/** Goes to an address behind the `#`, as by a bookmark. */
export async function goTo(page: Page, address: string): Promise<void> {
  const [base] = page.url().split('#')
  // Only what is behind the `#` differs, and that alone would load nothing.
  await page.goto('about:blank')
  await page.goto(`${base}#${address}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

const BROKEN = 'policy broken:'
const TELL_OF_BREACH = `addEventListener('securitypolicyviolation', (breach) =>
  console.error('${BROKEN}', breach.effectiveDirective, breach.blockedURI, breach.sourceFile))`

/** What no page may do: break the policy, fail in a script. Filled while the page lives. */
async function watchProblems(page: Page): Promise<string[]> {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error.stack)))
  page.on('console', (message) => {
    const text = message.text()
    const isProblem = text.startsWith(BROKEN) || text === TOUCHED
    if (isProblem || /content security policy|trusted type|\bkey\b.*\bprop\b|hydrat/i.test(text)) {
      problems.push(text)
    }
  })
  await page.addInitScript(TELL_OF_BREACH)
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
