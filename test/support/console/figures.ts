import { readdirSync, readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'

/** What the console keeps to, on the test machine. Bytes are as they are sent; times are in milliseconds. */
export const WANTED = {
  firstLoad: 230_000,
  editor: 150_000,
  charts: 30_000,
  coldRows: 1_000,
  pageToPage: 400,
  listBytes: 150_000,
  tabBytes: 200_000_000,
  startSlower: 3_000,
  /** Nothing, but for what two starts differ by anyway. */
  startUnchanged: 150,
  /** Beside what a start does anyway. */
  unchanged: 500,
} as const

/** Bytes of all that a page has loaded whose address has `part` in it, as they were sent. */
export const sentBytes = (page: Page, part: string): Promise<number> =>
  page.evaluate(
    `performance.getEntries().filter(({ name, encodedBodySize }) => name.includes(${JSON.stringify(part)}) && encodedBodySize).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
  )

/** In the page: calls back once what is there has been painted. */
const AFTER_PAINT = '(then) => requestAnimationFrame(() => setTimeout(then))'

const WATCH_ROWS = `window.rowsShown = new Promise((resolve) => {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('[data-row]')) return
    observer.disconnect();
    (${AFTER_PAINT})(() => resolve(performance.now()))
  })
  observer.observe(document, { childList: true, subtree: true })
})`

/** A tab with the console, signed in by a link. */
export async function openSignedIn(browser: BrowserContext, url: string, key: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${url}/console/#key=${encodeURIComponent(key)}`)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  return page
}

/** How long a new tab with an empty cache takes from its address to the rows of a list. Somebody is signed in already. */
export async function coldRows(browser: BrowserContext, address: string): Promise<number> {
  const page = await browser.newPage()
  try {
    const session = await browser.newCDPSession(page)
    await session.send('Network.clearBrowserCache')
    await page.addInitScript(WATCH_ROWS)
    await page.goto(address, { waitUntil: 'commit' })
    return await page.evaluate<number>('window.rowsShown')
  } finally {
    await page.close()
  }
}

const WATCH_CLICKS = `addEventListener('click', ({ target, timeStamp }) => {
  const link = target.closest('nav a')
  if (!link) return
  const title = link.firstChild.textContent.trim()
  const isShown = () =>
    document.querySelector('main h1')?.textContent === title &&
    !document.querySelector('main .loading') &&
    document.querySelector('main :is(table, textarea, dl, .empty)')
  window.shown = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!isShown()) return
      observer.disconnect();
      (${AFTER_PAINT})(() => resolve({ title, ms: performance.now() - timeStamp }))
    })
    observer.observe(document, { childList: true, subtree: true, characterData: true })
  })
}, true)`

/** How long each page of the navigation takes from a click to what is on it: for the first time in a tab. */
export async function pageToPage(page: Page): Promise<Map<string, number>> {
  await page.evaluate(WATCH_CLICKS)
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  const figures = new Map<string, number>()
  const count = await links.count()
  // The first one is shown already, and comes last.
  for (let each = 1; each <= count; each += 1) {
    await links.nth(each % count).click()
    const { title, ms } = await page.evaluate<{ title: string; ms: number }>('window.shown')
    figures.set(title, ms)
  }
  return figures
}

/** The memory of the tab that has most, of a browser with one: what is its own and shared with no other process. */
export function tabMemory(): number {
  const sizes = readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || !isOurs(pid)) return []
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return ['RssAnon', 'VmSwap'].reduce((sum, name) => sum + kilobytes(status, name) * 1024, 0)
  })
  return Math.max(0, ...sizes)
}

const kilobytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)

/** Whether a process shows a tab of the browser that this one has started. */
function isOurs(pid: string): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) return false
    for (let at = pid; at !== '0'; ) {
      if (Number(at) === process.pid) return true
      const stat = readFileSync(`/proc/${at}/stat`, 'utf8')
      at = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '0'
    }
    return false
  } catch {
    // It has ended meanwhile.
    return false
  }
}

/** So often a time is taken, and for so long, before it counts as missed. */
const TRIES = 10
const TRYING_MS = 60_000

/** Microseconds so far in which something waited for a core; null where the kernel does not say. */
function waited(): number | null {
  try {
    return Number(/^some .*total=(\d+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1])
  } catch {
    return null
  }
}

export interface Best {
  readonly ms: number
  /** Share of the time in which something waited for a core, of whatever programs the machine had. */
  readonly busy: number
}

/** The best of some tries, which end with the first that is as wanted: a machine that has other things to do misses some. */
export async function bestOf(wanted: number, measure: () => Promise<number>): Promise<Best> {
  const [began, before] = [performance.now(), waited()]
  const passed = () => performance.now() - began
  let ms = Number.POSITIVE_INFINITY
  for (let each = 0; each < TRIES && ms > wanted && passed() < TRYING_MS; each += 1)
    ms = Math.min(ms, await measure())
  const after = waited()
  return { ms, busy: before === null || after === null ? 0 : (after - before) / 1000 / passed() }
}
