import type { Page, Request, Route } from 'playwright-core'
import { until } from '../system.ts'

/** Calls of a page that are held back, as by a slow line, until they are let go. */
export interface HeldCalls {
  /** Resolves once so many have come. */
  come(count?: number): Promise<void>
  /** Lets go what was held, and holds nothing back from then on. Resolves once it is through. */
  release(): Promise<void>
}

type Fits = (request: Request) => boolean

/** Holds calls back on their way to the server, which knows nothing of them until then. */
export const holdCalls = (page: Page, fits: Fits): Promise<HeldCalls> =>
  hold(page, fits, async (route) => () => route.continue())

/** Holds answers back: the server has done what it was asked for, and the page does not know. */
export const holdAnswers = (page: Page, fits: Fits): Promise<HeldCalls> =>
  hold(page, fits, async (route) => {
    const response = await route.fetch()
    return () => route.fulfill({ response })
  })

async function hold(
  page: Page,
  fits: Fits,
  begin: (route: Route) => Promise<() => Promise<void>>,
): Promise<HeldCalls> {
  let held: (() => Promise<void>)[] | null = []
  await page.route('**/*', async (route) => {
    if (held === null || !fits(route.request())) return route.fallback()
    const end = await begin(route)
    if (held === null) return end()
    held.push(end)
  })
  return {
    come: (count = 1) => until(() => (held?.length ?? 0) >= count),
    async release() {
      const ends = held ?? []
      held = null
      // A page gives up what it asks for no longer.
      await Promise.all(ends.map((end) => end().catch(() => {})))
    },
  }
}
