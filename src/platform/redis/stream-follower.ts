import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from './redis.ts'

/** A read on a connection that is just away never ends, not even by closing it: it is left behind. */
const CLOSE_MS = 500

export interface StreamFollower {
  close(): Promise<void>
}

/**
 * Follows a stream from an entry on (`$`: from now), each entry once and in order, over broken connections. It blocks its
 * connection, which must be its own, and closes it at the end. `onTrouble` hears of every failed read: what was
 * published meanwhile is read when the connection is back, unless the stream was capped or lost.
 */
export function followStream(options: {
  redis: Redis
  stream: string
  from: '0' | '$'
  onEntry(fields: string[]): Promise<void> | void
  onTrouble(error: unknown): void
}): StreamFollower {
  const { redis, stream } = options
  let closing = false
  let last: string = options.from

  async function findEnd(): Promise<string> {
    // `$` names another entry at each read; what is added between two reads would be missed.
    const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
    return newest?.[0] ?? '0'
  }

  async function follow(): Promise<void> {
    while (!closing) {
      try {
        if (last === '$') last = await findEnd()
        const reply = await redis.xread('COUNT', 100, 'BLOCK', 5000, 'STREAMS', stream, last)
        for (const [id, fields] of reply?.[0]?.[1] ?? []) {
          last = id
          await options.onEntry(fields)
        }
      } catch (error) {
        if (closing) return
        options.onTrouble(error)
        await pause(100)
      }
    }
  }
  const following = follow()

  return {
    async close() {
      closing = true
      redis.disconnect()
      const ended = new AbortController()
      const late = pause(CLOSE_MS, undefined, { signal: ended.signal }).catch(() => {})
      await Promise.race([following, late])
      ended.abort()
    },
  }
}
