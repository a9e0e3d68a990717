let last = Promise.resolve()

/**
 * Resolves in a turn of the event loop of its own: however many ask at once, everything else has its turn between any
 * two of them. For pieces of work that take milliseconds each, and may come many together.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
  return last
}
