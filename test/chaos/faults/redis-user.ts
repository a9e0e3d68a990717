import { setTimeout as pause } from 'node:timers/promises'
import { GIVEN_RIGHTS, TAKEN_RIGHTS } from '../../support/redis-rights.ts'
import type { Member } from '../member.ts'
import { type StrikeContext, stop } from './inject-faults.ts'

/** The user of the processes loses a right; what it has is as the guide says, before and afterwards. */
export async function takeRight({ stage, fault, strike, signal }: StrikeContext): Promise<void> {
  const { user } = stage.fleet
  const right = TAKEN_RIGHTS[Math.floor(fault.chance * TAKEN_RIGHTS.length)] ?? TAKEN_RIGHTS[0]
  strike.form = right.form
  await user.change(right.rules)
  if ('cutOff' in right) await user.cutOff()
  await pause(fault.forMs, undefined, { signal })
  await user.change(GIVEN_RIGHTS)
}

/**
 * The password is renewed, as the guide says it: in time, with two of them at once while one process after another is
 * started again; or after a leak, when nobody can log in before being started again.
 */
export async function renewPassword(context: StrikeContext): Promise<void> {
  const { stage, fault, strike, signal } = context
  const { user, apis, workers } = stage.fleet
  const leaked = fault.chance < 0.5
  strike.form = leaked ? 'after a leak' : 'in time'
  const forget = await user.renewPassword()
  const restart = async (member: Member): Promise<void> => {
    await stop(context, member)
    await member.start()
  }
  if (leaked) {
    await forget()
    await pause(fault.forMs / 2, undefined, { signal })
    await Promise.all([...workers, ...apis].map(restart))
    return
  }
  for (const member of [...workers, ...apis]) await restart(member)
  await forget()
}
