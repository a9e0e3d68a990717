import type { Page } from 'playwright-core'

/** As when somebody comes back to the tab after an hour: what was read is read anew. */
export const comeBack = (page: Page): Promise<void> =>
  page.evaluate(`{
    const now = Date.now
    Date.now = () => now() + 3_600_000
    dispatchEvent(new Event('visibilitychange'))
  }`)
