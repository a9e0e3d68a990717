/**
 * Makes errors that have no stack, for those that say what another server said: it tells nothing of them, and to write it
 * down takes longer than to read such an answer, of which a server in trouble gives many. `make` has to return at once.
 */
export function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
