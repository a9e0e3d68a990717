import { diceFrom } from './dice.ts'

/** What the runs' requests have, and servers may not know. */
const REFUSED = ['json_schema', 'json_object', 'temperature', 'top_p', 'max_tokens', 'frequency_penalty']
/** Of each. */
const CHANCE = 0.25

/** Settings of a model that does not know some of what it is sent, or nothing of the kind, by chance. */
export function drawRefusals(seed: number): Record<string, string> {
  const dice = diceFrom(`${seed} refusals`)
  const happens = (): boolean => dice.between(0, 1) < CHANCE
  const refused = REFUSED.filter(happens)
  return {
    ...(refused.length > 0 ? { SPLITRUN_SIMULATED_REFUSES: refused.join(',') } : {}),
    ...(happens() ? { SPLITRUN_SIMULATED_NO_SYSTEM_TURN: 'true' } : {}),
  }
}
