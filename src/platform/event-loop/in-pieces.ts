import { ownTick } from './own-tick.ts'

/** How long work goes on, in ms, before the event loop gets a tick for other work. */
const PIECE_MS = 5

/**
 * Visits the items in order, and gives the event loop a tick for other work every few milliseconds: for work on thousands
 * of small things.
 */
export async function inPieces<T>(
  items: readonly T[],
  visit: (item: T, at: number) => void | Promise<void>,
): Promise<void> {
  let since = performance.now()
  for (const [at, item] of items.entries()) {
    const visited = visit(item, at)
    if (visited) await visited
    if (performance.now() - since < PIECE_MS) continue
    await ownTick()
    since = performance.now()
  }
}

/** Work that may be put down after each `yield`, and what it comes to. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Does all steps, and gives the event loop a tick for other work every few milliseconds. */
export async function inSteps<T>(steps: Steps<T>): Promise<T> {
  let since = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (performance.now() - since < PIECE_MS) continue
    await ownTick()
    since = performance.now()
  }
}

/** Does all steps at once: where nothing else waits. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
