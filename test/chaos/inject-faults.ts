import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from './fault-schedule.ts'
import type { Fleet } from './fleet.ts'

/** A fault that was carried out; times in ms since the epoch. */
export interface Strike {
  readonly fault: Fault
  readonly began: number
  /** When all that it struck was there again; null while it is not. */
  over: number | null
  /** Processes that were asked to stop and did not end well. */
  readonly badExits: string[]
}

/**
 * Carries a schedule out, beginning now. Resolves when every fault is over and all that was struck is back.
 * @param strikes gets each fault as it begins
 */
export async function injectFaults(
  fleet: Fleet,
  schedule: readonly Fault[],
  strikes: Strike[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    schedule.map(async (fault) => {
      await pause(fault.at, undefined, { signal })
      const strike: Strike = { fault, began: Date.now(), over: null, badExits: [] }
      strikes.push(strike)
      await Promise.all(fault.targets.map((target) => carryOut(fleet, fault, target, strike, signal)))
      strike.over = Date.now()
    }),
  )
}

async function carryOut(
  fleet: Fleet,
  { kind, forMs }: Fault,
  target: string,
  strike: Strike,
  signal: AbortSignal,
): Promise<void> {
  const victim = target === 'redis' ? redisAs(fleet) : [...fleet.apis, ...fleet.workers].find(named(target))
  if (!victim) throw new Error(`nobody is called ${target}`)
  if (kind === 'freeze') {
    const thaw = victim.freeze()
    await pause(forMs, undefined, { signal })
    thaw()
    return
  }
  const exit = await victim.end(kind === 'kill' ? 'SIGKILL' : 'SIGTERM')
  if (kind === 'stop' && exit && exit.code !== 0)
    strike.badExits.push(`${target}: ${exit.code ?? exit.signal}`)
  await pause(forMs, undefined, { signal })
  await victim.start()
}

const named = (name: string) => (each: { readonly name: string }) => each.name === name

const redisAs = ({ redis }: Fleet) => ({
  freeze() {
    redis.pause()
    return () => redis.resume()
  },
  start: () => redis.start(),
  async end() {
    await redis.kill()
    return null
  },
})
