import { setTimeout as pause } from 'node:timers/promises'
import { composeCore } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { PROJECT_SCOPES } from '../../src/tenancy/tenant.ts'
import type { Cleanup } from '../support/system.ts'
import { type Audit, acceptedIds, audit, unfinished } from './audit.ts'
import type { Sightings } from './caller.ts'
import { scheduleFaults } from './fault-schedule.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { injectFaults, type Strike } from './inject-faults.ts'
import { sendRuns } from './send-runs.ts'

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
  readonly sightings: Sightings
  readonly strikes: readonly Strike[]
  /** Processes that ended though nobody had ended them. */
  readonly crashes: number
  readonly modelCalls: Readonly<Record<string, number>>
  /** What each process wrote, by its name. */
  readonly logs: ReadonlyMap<string, string>
}

const MODEL = {
  SPLITRUN_SIMULATED_LATENCY: '200ms',
  SPLITRUN_SIMULATED_JITTER: '1500ms',
  SPLITRUN_SIMULATED_RATE_LIMITED: '0.05',
  SPLITRUN_SIMULATED_SERVER_ERROR: '0.05',
  SPLITRUN_SIMULATED_HANG: '0.005',
  SPLITRUN_SIMULATED_CUT: '0.02',
  SPLITRUN_SIMULATED_INVALID_JSON: '0.03',
  SPLITRUN_SIMULATED_SCHEMA_VIOLATION: '0.03',
}
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
  const fleet = await startFleet(t, {
    apis: 2,
    workers: 3,
    env: { ...PROCESSES, ...options.env },
    model: MODEL,
  })
  const core = await composeCore(readConfig(fleet.env), silentLogger())
  t.after(() => core.lifecycle.close())
  const org = await core.tenants.createOrganisation('Chaos')
  const project = org && (await core.tenants.createProject(org.id, 'Chaos'))
  if (!project) throw new Error('a fresh id was taken')
  const { secret } = await core.tenants.createApiKey(project, 'chaos', PROJECT_SCOPES, null)
  const path = `/org/${project.org_id}/project/${project.id}`

  const sightings: Sightings = { answers: [], unexpected: [], hung: [], broken: 0, refused: 0 }
  const over = new AbortController()
  const callers = { fleet, project: path, token: secret, sightings, signal: over.signal }
  const stop = () => over.abort()
  signal.addEventListener('abort', stop, { once: true })

  const { apis, workers } = fleet
  const schedule = scheduleFaults({
    seed: options.seed,
    until: options.forMs,
    longestMs: options.longestOutageMs,
    everyMs: options.faultEveryMs,
    workers: workers.map(({ name }) => name),
    apis: apis.map(({ name }) => name),
  })
  const tasks = await createTasks(fleet, path, secret)
  const load = sendRuns({ ...options, ...callers, overMs: options.forMs, tasks, progress })
  await Promise.all([
    injectFaults(fleet, schedule, progress.strikes, signal),
    pause(options.forMs, undefined, { signal }),
  ])
  const late = Date.now() + options.patienceMs
  // The callers end when their runs do; a run that no caller knows of is looked for in the store.
  const isOver = async (): Promise<boolean> =>
    progress.served === options.runs &&
    (await unfinished(core, await acceptedIds(core, project.id, sightings))).length === 0
  while (!(await isOver()) && Date.now() < late) await pause(200, undefined, { signal })
  over.abort()
  await load
  return {
    audit: await audit(core, fleet.redis.dir, project.id, sightings),
    sightings,
    strikes: progress.strikes,
    crashes: [...apis, ...workers].reduce((sum, member) => sum + member.crashes(), 0),
    modelCalls: await fleet.modelCalls(),
    logs: new Map(
      [...apis, ...workers].flatMap((member) =>
        member.logs().map((text, life) => [`${member.name}, life ${life + 1}`, text] as const),
      ),
    ),
  }
}

/** One task with an output format and one of plain text. */
function createTasks({ apis }: Fleet, project: string, token: string): Promise<string[]> {
  const base = { enabled: true, system_prompt: 'You answer.', user_prompt: 'Say something about {text}.' }
  const tasks = [
    {
      ...base,
      name: 'json',
      llm_model_id: 'simulated-large',
      output_format: { answer: 'string', score: 'number' },
    },
    { ...base, name: 'text', llm_model_id: 'simulated-small', output_modality: 'text' },
  ]
  return Promise.all(
    tasks.map(async (task) => {
      const answer = await fetch(`${apis[0]?.url()}/api/v1${project}/task`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(task),
      })
      const { id } = (await answer.json()) as { id?: string }
      if (!id) throw new Error(`no task: ${answer.status}`)
      return id
    }),
  )
}
