import { setTimeout as pause } from 'node:timers/promises'
import type { Member } from '../member.ts'
import type { Stage } from '../stage.ts'
import type { Fault } from './fault-schedule.ts'
import { floodCancels } from './flood-cancels.ts'
import { renewPassword, takeRight } from './redis-user.ts'
import { shiftClock } from './shift-clock.ts'
import { sicken } from './sicken.ts'

/** A fault that was carried out; times in ms since the epoch. */
export interface Strike {
  readonly fault: Fault
  readonly began: number
  /** When all that it struck was there again; null while it is not. */
  over: number | null
  /** Which of its forms it took, where it has several. */
  form: string
  /** Processes that were asked to stop and did not end well. */
  readonly badExits: string[]
}

/** What carries out a fault needs this of all the others. */
export interface StrikeContext {
  readonly stage: Stage
  readonly fault: Fault
  readonly strike: Strike
  readonly signal: AbortSignal
}

/**
 * Carries a schedule out, beginning now. Resolves when every fault is over and all that was struck is back.
 * @param strikes gets each fault as it begins
 */
export async function injectFaults(
  stage: Stage,
  schedule: readonly Fault[],
  strikes: Strike[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    schedule.map(async (fault) => {
      await pause(fault.at, undefined, { signal })
      const strike: Strike = { fault, began: Date.now(), over: null, form: '', badExits: [] }
      strikes.push(strike)
      await carryOut({ stage, fault, strike, signal })
      strike.over = Date.now()
    }),
  )
}

function carryOut(context: StrikeContext): Promise<unknown> {
  const { stage, fault } = context
  if (fault.kind === 'acl') return takeRight(context)
  if (fault.kind === 'password') return renewPassword(context)
  if (fault.targets.includes('redis')) return strikeProcess(context, redisAs(stage))
  if (fault.targets.includes('storage')) return strikeProcess(context, storageAs(stage))
  const { apis, workers } = stage.fleet
  const victims = [...apis, ...workers].filter(({ name }) => fault.targets.includes(name))
  return Promise.all(victims.map((victim) => strikeMember(context, victim)))
}

function strikeMember(context: StrikeContext, victim: Member): Promise<void> {
  const { kind } = context.fault
  if (kind === 'clock') return shiftClock(context, victim)
  if (kind === 'sick') return sicken(context, victim)
  if (kind === 'cancels') return floodCancels(context, victim)
  return strikeProcess(context, victim)
}

type Victim = Pick<Member, 'end' | 'freeze' | 'start'>

async function strikeProcess(context: StrikeContext, victim: Victim): Promise<void> {
  const { kind, forMs } = context.fault
  const { signal } = context
  if (kind === 'freeze') {
    const thaw = victim.freeze()
    await pause(forMs, undefined, { signal })
    thaw()
    return
  }
  if (kind === 'kill') await victim.end('SIGKILL')
  else await stop(context, victim)
  await pause(forMs, undefined, { signal })
  await victim.start()
}

/** Asks a process to stop, and notes if it does not end well. */
export async function stop({ fault, strike }: StrikeContext, victim: Pick<Member, 'end'>): Promise<void> {
  const exit = await victim.end('SIGTERM')
  if (exit && exit.code !== 0) {
    const name = 'name' in victim ? victim.name : fault.targets[0]
    strike.badExits.push(`${name}, ${fault.kind} ${strike.form}: ${exit.code ?? exit.signal}`)
  }
}

const storageAs = ({ fleet: { storage } }: Stage): Victim => ({
  freeze() {
    storage?.freeze()
    return () => storage?.thaw()
  },
  start: async () => storage?.start(),
  async end() {
    await storage?.kill()
    return null
  },
})

const redisAs = ({ fleet: { redis } }: Stage): Victim => ({
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
