import { isDeepStrictEqual } from 'node:util'
import type { Locator } from 'playwright-core'
import { until } from '../system.ts'

/** Resolves once all that is found has these texts, in this order: what is typed is shown a moment later. */
export const waitForTexts = (found: Locator, texts: readonly string[]): Promise<void> =>
  until(async () => isDeepStrictEqual(await found.allTextContents(), texts))
