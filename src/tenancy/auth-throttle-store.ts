import { isIP } from 'node:net'
import { givenId } from '../platform/id-schema.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'

const judgeSecret = loadScript(new URL('./scripts/judge-secret.lua', import.meta.url))

/** How long wrong secrets are remembered after the pause that the last one brought. */
const MEMORY_MS = 3_600_000
/** So many times the wrong secrets for one client are allowed to an address for all clients together. */
const ADDRESS_SHARE = 10

export interface GuessLimits {
  /** Wrong secrets before the first pause. */
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

  const [pause, pauseMax] = [limits.pause, limits.pauseMax].map((seconds) => Math.round(seconds * 1000))
  const allowed = [limits.free, limits.free * ADDRESS_SHARE]

  return {
    /**
     * Judges a secret of which the caller knows whether it is right, and must say nothing of it before: counts a wrong one,
     * and forgets the wrong ones for this client after the right one. Of many at once, no more are judged than are allowed.
     * @returns 0, or the seconds for which the guesser has to wait, and is told nothing
     */
    async judge(guesser: Guesser, isRight: boolean): Promise<number> {
      const args = [isRight ? '1' : '0', pause ?? 0, pauseMax ?? 0, MEMORY_MS, ...allowed]
      return Math.ceil(Number(await judgeSecret(redis, keysOf(guesser), args)) / 1000)
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
