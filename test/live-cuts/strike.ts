import { setTimeout as pause } from 'node:timers/promises'
import { diceFrom } from '../chaos/dice.ts'
import type { CutStage } from './cut-stage.ts'

/** Strikes that change nothing of what a reader is told in the end, as long as the workers live. */
const STRIKES = [
  { what: 'API killed', weight: 1 },
  { what: 'connections of the APIs that listen killed', weight: 3 },
  { what: 'connections for commands killed', weight: 3 },
] as const

/** Strikes again and again, until `signal` fires; resolves with how often of each kind. */
export async function strikeAtRandom(
  stage: CutStage,
  seed: number,
  everyMs: number,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const dice = diceFrom(`strikes ${seed}`)
  const counts: Record<string, number> = {}
  while (!signal.aborted) {
    await pause(dice.between(0.5, 1.5) * everyMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const { what } = dice.pick(STRIKES)
    if (what === 'API killed') {
      const api = dice.shuffle(stage.apis)[0]
      await api?.end('SIGKILL')
      await api?.start()
    } else {
      await stage.killConnections(what.includes('listen') ? /^splitrun:replies/ : /^splitrun:commands/)
    }
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
