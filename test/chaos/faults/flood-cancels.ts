import { callUntilAnswered, type RunResponse } from '../caller.ts'
import { type Dice, diceFrom } from '../dice.ts'
import type { Member } from '../member.ts'
import type { StrikeContext } from './inject-faults.ts'

/** Callers of the flood, each of which waits for its answer. */
const AT_ONCE = 20
/** Most cancels of a flood: more than all that the streams of news keep. */
const MOST = 3000
/** Share of the cancels that are of one and the same run. */
const OF_ONE = 0.97
/** The others are of one of so many that callers were last told of, ended or not. */
const LAST = 50

/** Cancels are sent as fast as they are answered: nearly all of one run, again and again. */
export async function floodCancels({ stage, fault, signal }: StrikeContext, victim: Member): Promise<void> {
  const { callers, sightings, fleet } = stage
  const dice = diceFrom(`${fault.at} cancels`)
  const first = fleet.apis.indexOf(victim)
  const end = Date.now() + fault.forMs
  const over = AbortSignal.any([signal, callers.signal])
  const one = draw(sightings.answers, dice)
  let sent = 0
  async function call(): Promise<void> {
    while (sent < MOST && Date.now() < end && !over.aborted) {
      sent += 1
      const answer = dice.between(0, 1) < OF_ONE ? one : draw(sightings.answers, dice)
      if (!answer) return
      const path = `/task/${answer.run?.task_id}/run/${answer.id}/cancel`
      await callUntilAnswered({ ...callers, signal: over }, { method: 'POST', path, first }, dice)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, call))
}

function draw(answers: readonly RunResponse[], dice: Dice): RunResponse | undefined {
  const known = answers.slice(-LAST).filter(({ run }) => run !== null)
  return known[Math.floor(dice.between(0, known.length))]
}
