/** Longer than any state takes to come, and shorter than the time limit of a test, which would not end the asking. */
const PATIENCE_MS = 100_000

/** Asks again until the answer is true; for states that have no event. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (let asked = 0; !(await holds()); asked += 1) {
    if (Date.now() > end) throw new Error(`the state did not come: ${holds}`)
    // What has not come soon is asked for less often.
    await new Promise((resolve) => setTimeout(resolve, Math.min(20 + asked, 60)))
  }
}

const DAY_MS = 86_400_000
/** Longer than the tests of a suite take that count by the day. */
const LEFT_OF_A_DAY_MS = 60_000

/**
 * Resolves at once, but in the last minute of a day (UTC) and so of a month: then once the next one has begun. Budgets and
 * reports are of one day, and a test that goes on beyond its end would find half of what it did.
 */
export async function untilNoDayEnds(now = Date.now()): Promise<void> {
  const left = DAY_MS - (now % DAY_MS)
  if (left < LEFT_OF_A_DAY_MS) await new Promise((resolve) => setTimeout(resolve, left + 1))
}
