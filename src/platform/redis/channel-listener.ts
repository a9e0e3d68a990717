import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from './redis.ts'

/**
 * Which pair of commands publishes and hears: sharded channels where there are any (Redis 7), since others reach every
 * node of a cluster. Scripts that publish decide by the same word.
 */
const WHICH = "return redis.REDIS_VERSION_NUM and 'ssubscribe' or 'subscribe'"

/** Publishes in a channel that `listenTo` listens to. */
export const publisherOf =
  (redis: Redis, channel: string) =>
  (message: string): Promise<unknown> =>
    redis.eval(PUBLISH, 1, channel, message)

const PUBLISH = "return redis.call(redis.REDIS_VERSION_NUM and 'SPUBLISH' or 'PUBLISH', KEYS[1], ARGV[1])"

/** Shorter than the silence after which a connection is made anew: who listens may hear nothing for long. */
const PING_MS = 5000

/** A connection that is just away never answers: it is left behind. */
const CLOSE_MS = 500

export interface ChannelListener {
  /** Hears nothing more once this has resolved; until then messages may still come. */
  close(): Promise<void>
}

/**
 * Hears what is published in its channels while it listens, in order; over broken connections, though what is said
 * meanwhile is missed. In a cluster they must be in one slot. Its connection must be its own, and is closed at the end.
 */
export function listenTo(options: {
  redis: Redis
  channels: readonly [string, ...string[]]
  onMessage(text: string, channel: string): void
  /** Listening begins, for the first time or again: what was said before may have been missed. */
  onListening(): void
  onTrouble(error: unknown): void
}): ChannelListener {
  const { redis, channels } = options
  let listening: Promise<unknown> = Promise.resolve()
  let sharded = false
  let closing = false

  async function listen(): Promise<void> {
    try {
      sharded = (await redis.eval(WHICH, 1, channels[0])) === 'ssubscribe'
      await (sharded ? redis.ssubscribe(...channels) : redis.subscribe(...channels))
      options.onListening()
    } catch (error) {
      if (closing) return
      options.onTrouble(error)
      await pause(100)
      // A connection that is there, and may not listen: perhaps a new one may.
      if (redis.status === 'ready') redis.disconnect(true)
    }
  }

  function hear(channel: string, text: string): void {
    try {
      options.onMessage(text, channel)
    } catch (error) {
      options.onTrouble(error)
    }
  }
  const start = (): void => {
    listening = listen()
  }
  redis.on('ready', start).on('message', hear).on('smessage', hear)
  if (redis.status === 'ready') start()
  const pinging = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => {})
  }, PING_MS).unref()

  return {
    async close() {
      closing = true
      clearInterval(pinging)
      redis.off('ready', start)
      const ended = new AbortController()
      const late = pause(CLOSE_MS, undefined, { signal: ended.signal }).catch(() => {})
      if (redis.status === 'ready') {
        const silenced = listening.then(() => (sharded ? redis.sunsubscribe() : redis.unsubscribe()))
        await Promise.race([silenced.catch(() => {}), late])
      }
      ended.abort()
      redis.disconnect()
    },
  }
}
