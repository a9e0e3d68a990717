let last = Promise.resolve()

/**
 * Resolves in a tick of the event loop of its own: however many ask at once, everything else is served between any two
 * of them. For pieces of work that take milliseconds each, and may come many together.
 */
export function ownTick(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
  return last
}
