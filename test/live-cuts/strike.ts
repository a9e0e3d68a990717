import { setTimeout as pause } from 'node:timers/promises'
import { diceFrom } from '../chaos/dice.ts'
import type { CutStage } from './cut-stage.ts'

/** Strikes that change nothing of what a reader is told in the end, as long as the workers live. */
const STRIKES = [
  { what: 'API killed', weight: 1 },
  { what: 'connections of the APIs that listen killed', weight: 1.25 },
  { what: 'connections for commands killed', weight: 1.25 },
] as const

/** How often there was a strike of each kind so far. */
export type Strikes = Record<(typeof STRIKES)[number]['what'], number>

export const noStrikes = (): Strikes => ({
  'API killed': 0,
  'connections of the APIs that listen killed': 0,
  'connections for commands killed': 0,
})

/** Strikes again and again, until `signal` fires; counts them. An API process that was killed is started again meanwhile. */
export async function strikeAtRandom(
  stage: CutStage,
  { seed, everyMs, counts, signal }: { seed: number; everyMs: number; counts: Strikes; signal: AbortSignal },
): Promise<void> {
  const dice = diceFrom(`strikes ${seed}`)
  const starting = new Set<Promise<void>>()
  while (!signal.aborted) {
    await pause(dice.between(0.5, 1.5) * everyMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const { what } = dice.pick(STRIKES)
    if (what === 'API killed') {
      // One stays up: a reader that finds nobody at all is no reader of a stream that was cut.
      const [api, ...others] = dice.shuffle(stage.apis.filter((each) => each.pid() !== null))
      if (!api || others.length === 0) continue
      await api.end('SIGKILL')
      const started = api.start().finally(() => starting.delete(started))
      starting.add(started)
    } else {
      await stage.killConnections(what.includes('listen') ? /^splitrun:replies/ : /^splitrun:commands/)
    }
    counts[what] += 1
  }
  await Promise.all(starting)
}
