import type { Socket } from 'node:net'

/** Shorter rests are not worth their system calls, in ms. */
const LEAST_MS = 4

/** A connection that need not be read for a moment. */
export type Pausable = Pick<Socket, 'pause' | 'resume'>

export type RestingSockets = ReturnType<typeof createRestingSockets>

/**
 * Stops reading from sockets until the next moment of a common pace, so that the kernel collects what comes meanwhile and
 * one read brings it all. Every read takes a wake-up, a call into the kernel and a parser's run, however little it brings.
 */
export function createRestingSockets() {
  /** Sockets that have been read in this turn of the event loop, with their pace: some may be read still. */
  const soon = new Map<Pausable, number>()
  /** Those that are not read, by the moment at which they are again. */
  const resting = new Map<number, Set<Pausable>>()

  function pauseAll(): void {
    const now = performance.now()
    for (const [socket, paceMs] of soon) {
      const until = (Math.floor(now / paceMs) + 1) * paceMs
      if (until - now < LEAST_MS) continue
      socket.pause()
      restUntil(until, now).add(socket)
    }
    soon.clear()
  }

  function restUntil(moment: number, now: number): Set<Pausable> {
    const known = resting.get(moment)
    if (known) return known
    const sockets = new Set<Pausable>()
    resting.set(moment, sockets)
    setTimeout(
      () => {
        resting.delete(moment)
        for (const socket of sockets) socket.resume()
      },
      Math.ceil(moment - now),
    )
    return sockets
  }

  return {
    /**
     * A socket has been read that may rest until the next multiple of its pace.
     * @param paceMs of `performance.now()`
     */
    rest(socket: Pausable, paceMs: number): void {
      if (soon.size === 0) setImmediate(pauseAll)
      soon.set(socket, paceMs)
    },

    /** A socket is read on at once, if it rests. */
    wake(socket: Pausable): void {
      soon.delete(socket)
      for (const sockets of resting.values()) if (sockets.delete(socket)) socket.resume()
    },
  }
}
