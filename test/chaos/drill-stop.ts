import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from '../support/system.ts'
import { type Audit, audit } from './audit.ts'
import type { Sightings } from './caller.ts'
import { type CallComparison, compareCalls } from './compare-calls.ts'
import { diceFrom } from './dice.ts'
import { sendRuns } from './send-runs.ts'
import { setStage } from './stage.ts'

export interface DrillOptions {
  readonly seed: number
  readonly rounds: number
  /** Runs that are sent in each round. */
  readonly runsPerRound: number
}

/** How one process of one round stopped. */
export interface Stop {
  readonly name: string
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly ms: number
}

export interface DrillOutcome {
  readonly audit: Audit
  readonly sightings: Sightings
  readonly calls: CallComparison
  readonly stops: readonly Stop[]
  /** How often a run went back to the queue. */
  readonly handedBack: number
  readonly logs: ReadonlyMap<string, string>
}

/** So that some runs end within the grace period and others have to be handed back. */
const GRACE_MS = 1000
const MODEL = { SPLITRUN_SIMULATED_LATENCY: '100ms', SPLITRUN_SIMULATED_JITTER: '2500ms' }
const PROCESSES = { SPLITRUN_SHUTDOWN_GRACE: `${GRACE_MS}ms`, SPLITRUN_WAIT_MAX: '20s' }
const PATIENCE_MS = 60_000

/**
 * Asks an API process with waiting callers and a worker with runs in hand to stop, at a random moment of each round,
 * while a second one of each goes on; then starts them again.
 */
export async function drillStop(
  t: Cleanup,
  options: DrillOptions,
  told: (round: number) => void,
  signal: AbortSignal,
): Promise<DrillOutcome> {
  const stage = await setStage(t, { apis: 2, workers: 2, env: PROCESSES, model: MODEL })
  const { fleet, core, projectId, tasks, callers, sightings } = stage
  const dice = diceFrom(`${options.seed} stops`)
  const stops: Stop[] = []
  const progress = { sent: 0, served: 0 }
  const loads: Promise<void>[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    signal.throwIfAborted()
    told(round + 1)
    const runs = options.runsPerRound
    const load = { ...callers, tasks, runs, overMs: 500, progress, seed: options.seed, from: round * runs }
    loads.push(sendRuns(load))
    await pause(dice.between(50, 2500), undefined, { signal })
    const [api] = dice.shuffle(fleet.apis)
    const [worker] = dice.shuffle(fleet.workers)
    await Promise.all(
      [api, worker].map(async (member) => {
        if (!member) return
        const began = Date.now()
        const exit = await member.end('SIGTERM')
        stops.push({ name: member.name, code: exit?.code ?? null, ms: Date.now() - began })
        await member.start()
      }),
    )
  }
  await stage.untilAllEnded(() => progress.served === progress.sent, PATIENCE_MS, signal)
  await Promise.all(loads)
  const audited = await audit(core, fleet.redis.dir, projectId, sightings)
  const { records, histories } = audited
  return {
    audit: audited,
    calls: compareCalls(records, histories, await fleet.modelCalls()),
    sightings,
    stops,
    // A run that was dispatched as it came has never been queued before.
    handedBack: [...histories.values()]
      .map(({ statuses }) => statuses.slice(1).filter((status) => status === 'queued').length)
      .reduce((sum, count) => sum + count, 0),
    logs: stage.logs(),
  }
}
