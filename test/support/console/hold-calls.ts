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

/** Breaks calls off, as where there is no line, until that is ended by what it returns. */
export async function breakCalls(page: Page, fits: Fits): Promise<() => void> {
  let isBroken = true
  await intercept(page, (route) => (isBroken && fits(route.request()) ? route.abort() : route.fallback()))
  return () => {
    isBroken = false
  }
}

/** Has calls refused in the server's place, which knows nothing of them, until that is ended by what it returns. */
export async function refuseCalls(page: Page, fits: Fits, status: number): Promise<() => void> {
  let isRefusing = true
  const detail = { reason: status === 401 ? 'UNAUTHENTICATED' : 'INTERNAL_ERROR', message: 'Not this time.' }
  await intercept(page, (route) =>
    isRefusing && fits(route.request()) ? route.fulfill({ status, json: { detail } }) : route.fallback(),
  )
  return () => {
    isRefusing = false
  }
}

async function hold(
  page: Page,
  fits: Fits,
  begin: (route: Route) => Promise<() => Promise<void>>,
): Promise<HeldCalls> {
  let held: (() => Promise<void>)[] | null = []
  await intercept(page, async (route) => {
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

const PROBE = '/is-it-intercepted'

/** Has all calls of a page go through a function, from when it resolves: the browser tells the page of it a moment later. */
async function intercept(page: Page, handle: (route: Route) => Promise<void>): Promise<void> {
  await page.route('**/*', async (route) => {
    if (new URL(route.request().url()).pathname === PROBE) return route.fulfill({ status: 204 })
    return handle(route)
  })
  await until(() => page.evaluate<boolean>(`fetch('${PROBE}').then(({ status }) => status === 204)`))
}
