import { readExposition, type Sample } from '../../support/exposition.ts'
import type { System } from '../../support/system.ts'

/** Numbers of the moment, for tests that change them. */
export const NO_CACHE = { SPLITRUN_METRICS_CACHE: '0s' }

export async function scrape({ url }: System): Promise<Sample[]> {
  return readExposition(await (await fetch(`${url}/metrics`)).text())
}
