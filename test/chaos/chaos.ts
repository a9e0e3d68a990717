import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from '../support/system.ts'
import { type Audit, audit } from './audit.ts'
import type { Sightings } from './caller.ts'
import { type CallComparison, compareCalls } from './compare-calls.ts'
import { diceFrom } from './dice.ts'
import { drawRefusals } from './draw-refusals.ts'
import { scheduleFaults } from './faults/fault-schedule.ts'
import { injectFaults, type Strike } from './faults/inject-faults.ts'
import { auditLimits, type LimitAudit } from './limits/audit-limits.ts'
import { type DrawnLimits, drawLimits, writeLimitedModels } from './limits/draw-limits.ts'
import { setBudgets } from './limits/set-budgets.ts'
import { sendRuns } from './send-runs.ts'
import { setStage } from './stage.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly runs: number
  /** How long runs are sent and faults strike, ms. */
  readonly forMs: number
  /** Longest outage, ms. */
  readonly longestOutageMs: number
  /** Mean time between faults, ms. */
  readonly faultEveryMs: number
  /** How long after the last fault all runs may take to end, ms. */
  readonly patienceMs: number
  /** Whether files are in object storage, which is struck as well. */
  readonly storage?: boolean
  /** Whether models, their server and the project have limits, and budgets; absent: by chance. */
  readonly limits?: boolean
  /** Settings over those of this file. */
  readonly env?: Readonly<Record<string, string>>
}

/** How far it is; read it as often as you like. */
export interface Progress {
  readonly started: number
  sent: number
  served: number
  readonly strikes: Strike[]
}

/** All that was seen. */
export interface ChaosOutcome {
  readonly audit: Audit
  /** Null where there were no limits. */
  readonly limits: { readonly drawn: DrawnLimits; readonly audit: LimitAudit } | null
  readonly sightings: Sightings
  readonly strikes: readonly Strike[]
  /** The settings by which the model refused what it was said not to know. */
  readonly refusals: Readonly<Record<string, string>>
  /** Processes that ended though nobody had ended them. */
  readonly crashes: number
  /** Calls that the model saw, by what became of them. */
  readonly modelCalls: Readonly<Record<string, number>>
  readonly calls: CallComparison
  /** What each process wrote, by its name. */
  readonly logs: ReadonlyMap<string, string>
}

const MODEL = {
  SPLITRUN_SIMULATED_LATENCY: '200ms',
  SPLITRUN_SIMULATED_JITTER: '1500ms',
  SPLITRUN_SIMULATED_RATE_LIMITED: '0.05',
  SPLITRUN_SIMULATED_SERVER_ERROR: '0.05',
  SPLITRUN_SIMULATED_TOKENS_PER_SECOND: '150',
  SPLITRUN_SIMULATED_HANG: '0.005',
  SPLITRUN_SIMULATED_CUT: '0.02',
  SPLITRUN_SIMULATED_INVALID_JSON: '0.03',
  SPLITRUN_SIMULATED_SCHEMA_VIOLATION: '0.03',
  SPLITRUN_SIMULATED_TRUNCATED: '0.01',
  SPLITRUN_SIMULATED_FILTERED: '0.005',
  SPLITRUN_SIMULATED_DECLINED: '0.005',
  SPLITRUN_SIMULATED_EMPTY: '0.02',
  SPLITRUN_SIMULATED_ERROR_IN_ANSWER: '0.02',
  SPLITRUN_SIMULATED_REASONING: '0.05',
  SPLITRUN_SIMULATED_NO_QUOTA: '0.003',
  SPLITRUN_SIMULATED_LOADING: '0.01',
}
/** Where a 429 pauses the model for the whole fleet, fewer are enough. */
const LIMITED_MODEL = { SPLITRUN_SIMULATED_RATE_LIMITED: '0.005' }
/** A fifth of all runs count under the budget that is spent, and cost about ten times this. */
const FRUGAL_CREDITS_A_RUN = 0.00008
const PROCESSES = {
  SPLITRUN_SHARDS: '2',
  SPLITRUN_CONCURRENCY: '50',
  SPLITRUN_WAIT_MAX: '20s',
  SPLITRUN_SHUTDOWN_GRACE: '2s',
  SPLITRUN_MODEL_TIMEOUT: '5s',
  SPLITRUN_MODEL_BACKOFF: '100ms',
}

/** Runs a fleet under faults until all that it accepted has ended, and says what became of it. */
export async function chaos(
  t: Cleanup,
  options: ChaosOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ChaosOutcome> {
  const { forMs, env, storage = false } = options
  const refusals = drawRefusals(options.seed)
  const drawn = hasLimits(options) ? drawLimits(options.seed, (options.runs * 60_000) / forMs) : null
  const model = {
    ...{ ...MODEL, ...refusals, SPLITRUN_SIMULATED_SEED: String(options.seed) },
    ...(drawn && LIMITED_MODEL),
  }
  const fleetOptions = { apis: 2, workers: 3, storage, env: { ...PROCESSES, ...env }, model }
  const stage = drawn
    ? await setStage(
        t,
        { ...fleetOptions, writeModels: (own, url) => writeLimitedModels(own, url, drawn) },
        setBudgets(options.runs * FRUGAL_CREDITS_A_RUN),
      )
    : await setStage(t, fleetOptions)
  const { fleet, core, projectId, tasks, callers, sightings } = stage
  const schedule = scheduleFaults({
    seed: options.seed,
    until: forMs,
    longestMs: options.longestOutageMs,
    everyMs: options.faultEveryMs,
    workers: fleet.workers.map(({ name }) => name),
    apis: fleet.apis.map(({ name }) => name),
    storage,
  })
  const load = sendRuns({ ...options, ...callers, overMs: forMs, tasks, progress })
  await Promise.all([
    injectFaults(stage, schedule, progress.strikes, signal),
    pause(forMs, undefined, { signal }),
  ])
  await stage.untilAllEnded(() => progress.served === options.runs, options.patienceMs, signal)
  await load
  const audited = await audit(core, fleet.redis.dir, projectId, sightings)
  const marks = await fleet.modelCalls()
  const limits = drawn && { drawn, audit: await auditLimits(core, projectId, audited.records) }
  return {
    limits,
    audit: audited,
    sightings,
    strikes: progress.strikes,
    refusals,
    crashes: [...fleet.apis, ...fleet.workers].reduce((sum, member) => sum + member.crashes(), 0),
    modelCalls: sumOf(Object.values(marks)),
    calls: compareCalls(audited.records, audited.histories, marks),
    logs: stage.logs(),
  }
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const [what, count] of counts.flatMap((each) => Object.entries(each))) {
    sum[what] = (sum[what] ?? 0) + count
  }
  return sum
}

/** Half of the seeds have limits. */
const hasLimits = ({ seed, limits }: ChaosOptions): boolean =>
  limits ?? diceFrom(`${seed} has limits`).between(0, 2) < 1
