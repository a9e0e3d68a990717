import { isIP } from 'node:net'
import { givenId } from '../platform/id-schema.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'

const countFailure = loadScript(new URL('./scripts/count-failure.lua', import.meta.url))

/** How long wrong authThrottle are remembered after the pause that the last one brought. */
const MEMORY_MS = 3_600_000
/** So many times the authThrottle for one client are allowed to an address for all clients together. */
const ADDRESS_SHARE = 10

export interface GuessLimits {
  /** Wrong authThrottle before the first pause. */
  readonly free: number
  /** Seconds; doubles with each further one. */
  readonly pause: number
  /** Seconds. */
  readonly pauseMax: number
}

/** Who tries: an address, for a client. */
export interface Guesser {
  readonly address: string
  readonly clientId: string
}

export type AuthThrottleStore = ReturnType<typeof createAuthThrottleStore>

/**
 * The only owner of the counts of wrong secrets: one per client and address, one per address. There is none per client
 * alone, so nobody can lock a client out from elsewhere. Both keys share the address's hash tag and expire.
 */
export function createAuthThrottleStore(redis: Redis, limits: GuessLimits) {
  const keysOf = ({ address, clientId }: Guesser): [string, string] => {
    const tag = `{guess:${networkOf(address)}}`
    return [`${tag}:${givenId.safeParse(clientId).data ?? 'no-id'}`, tag]
  }

  return {
    /** Seconds that are left of a pause, 0 without one; and whether there is anything to forget. */
    async wait(guesser: Guesser): Promise<{ seconds: number; guessed: boolean }> {
      // A count lives for as long as its pause and its memory, so its time to live tells what is left of the pause.
      const lives = await Promise.all(keysOf(guesser).map((key) => redis.pttl(key)))
      const ms = Math.max(0, ...lives.map((life) => life - MEMORY_MS))
      return { seconds: Math.ceil(ms / 1000), guessed: (lives[0] ?? 0) > 0 }
    },

    async count(guesser: Guesser): Promise<void> {
      const { free, pause, pauseMax } = limits
      const times = [pause, pauseMax].map((seconds) => Math.round(seconds * 1000))
      await countFailure(redis, keysOf(guesser), [free, free * ADDRESS_SHARE, ...times, MEMORY_MS])
    },

    /** After the right secret. The address's own count stays: it may know one secret and guess others. */
    async forget(guesser: Guesser): Promise<void> {
      await redis.del(keysOf(guesser)[0])
    },
  }
}

/** An IPv4 address, or the first half of an IPv6 one, which is what a subscriber has. */
export function networkOf(address: string): string {
  const four = /^(?:::ffff:)?((?:\d+\.){3}\d+)$/i.exec(address)?.[1]
  if (four) return four
  if (isIP(address) !== 6) return 'unknown'
  const [before = [], after = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':').toLowerCase()
}
