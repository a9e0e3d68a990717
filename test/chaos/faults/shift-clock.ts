import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Member } from '../member.ts'
import { type StrikeContext, stop } from './inject-faults.ts'

const PRELOAD = join(import.meta.dirname, '../../fixtures/shift-clock.ts')
const DAY = 86_400_000
/** How wrong a clock is, in ms. */
const SHIFTS = [-DAY, -60_000, -3000, 5000, 90_000, DAY]

/** The clock of a process's machine is wrong from its start on; half-way somebody sets it, by a day more. */
export async function shiftClock(context: StrikeContext, victim: Member): Promise<void> {
  const { fault, strike, signal } = context
  const ms = SHIFTS[Math.floor(fault.chance * SHIFTS.length)] ?? 0
  strike.form = ms < 0 ? 'behind' : 'ahead'
  await stop(context, victim)
  const env = { NODE_OPTIONS: `--import=file://${PRELOAD}`, SPLITRUN_TEST_CLOCK_MS: String(ms) }
  await victim.start({ env })
  await pause(fault.forMs / 2, undefined, { signal })
  victim.signal('SIGUSR2')
  await pause(fault.forMs / 2, undefined, { signal })
  await stop(context, victim)
  await victim.start()
}
