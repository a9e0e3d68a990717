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
