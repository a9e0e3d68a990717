/** Who asks for something that few have at a time. */
export interface Asker {
  /** Those of different owners take turns. */
  readonly owner: string
  /** When it fires, nothing is waited for any more. */
  readonly signal: AbortSignal
}

/** Somebody of no owner, whom nobody stops. */
export const ANYBODY: Asker = { owner: '', signal: new AbortController().signal }

export interface Turns {
  /**
   * Does a work, as soon as few enough others are under way. It is told nothing of `signal` once it has begun.
   * @throws the reason of `signal`, as soon as it fires while the work waits; what the work throws
   */
  take<T>(asker: Asker, work: () => Promise<T>): Promise<T>
}

/**
 * Bounds how many works are done at a time. Owners take turns, whatever number of works each of them has waiting; those of
 * one owner are done in their order.
 */
export function createTurns(most: number): Turns {
  let taken = 0
  /** What each owner has waiting; the owner whose turn it is stands first. */
  const waiting = new Map<string, (() => void)[]>()

  async function begin({ owner, signal }: Asker): Promise<void> {
    signal.throwIfAborted()
    if (taken < most) {
      taken += 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.set(owner, [...(waiting.get(owner) ?? []), resolve])
    const leave = (): void => {
      keep(owner, waiting.get(owner)?.filter((each) => each !== resolve) ?? [])
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  function keep(owner: string, left: (() => void)[]): void {
    if (left.length > 0) waiting.set(owner, left)
    else waiting.delete(owner)
  }

  function end(): void {
    const [first] = waiting
    if (!first) {
      taken -= 1
      return
    }
    const [owner, [next, ...left]] = first
    // Behind all others.
    waiting.delete(owner)
    keep(owner, left)
    next?.()
  }

  return {
    async take(asker, work) {
      await begin(asker)
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}
