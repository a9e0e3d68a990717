/**
 * Calls it once, and lets go of it then: the runner keeps what tests gave it to clean up until all files of the process have
 * ended, and with that whole systems, which its garbage collector would look through again and again.
 */
export function forgotten(clean: () => Promise<void>): () => Promise<void> {
  let left: typeof clean | undefined = clean
  return async () => {
    const now = left
    left = undefined
    await now?.()
  }
}
