import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from './load.ts'
import { chooseOwnPort, type OwnMetrics } from './own-metrics.ts'
import { type Started, startNode } from './process.ts'
import { type BenchRedis, startBenchRedis } from './redis.ts'

const HERE = join(import.meta.dirname, '..')
const ADMIN = 'the-benchmarks-administrator'
const INPUT = JSON.stringify({ task_input: { text: 'I love this, it is great!' } })

export interface FleetOptions {
  /** URL of the model, with its /v1. */
  readonly model: string
  /** The folder of the checkout whose processes are started; this one's unless told. */
  readonly checkout?: string
  /** Default 1 each. */
  readonly apis?: number
  readonly workers?: number
  /** Whether each process tells of itself, which costs it a little. */
  readonly watched?: boolean
  /** What starts its Redis; one of its own unless told. */
  readonly startRedis?: () => Promise<BenchRedis>
  /** Settings of all processes, by their environment names. */
  readonly env?: Readonly<Record<string, string>>
}

/** A process of Splitrun. */
export interface Member extends Started {
  /** Answers only where the fleet is watched. */
  readonly own: OwnMetrics
}

/** Splitrun as it is installed, in processes of its own, with a project, a key and a task. */
export interface Fleet {
  readonly redis: BenchRedis
  readonly apis: readonly Member[]
  readonly workers: readonly Member[]
  readonly project: Project
  /** Runs the task at the first API. */
  readonly call: Call
  createProject(): Promise<Project>
  /** One more process; it has to be stopped by whoever starts it. */
  start(command: 'api' | 'worker', env?: Record<string, string>): Promise<Member>
  /** Runs that have ended, of the first project. */
  settled(): Promise<number>
  stop(): Promise<void>
}

/** A project with a task, and how it is asked for things. */
export interface Project {
  readonly org: string
  readonly id: string
  readonly task: string
  /** The task's only one. */
  readonly revision: string
  readonly headers: Readonly<Record<string, string>>
  /** `path` begins behind the project's. An object is sent as JSON; without one it is a GET. */
  ask<T>(path: string, body?: object): Promise<T>
  /** Runs a task of the project, by default its first, at the API of that port. */
  run(port: number, options?: { task?: string; query?: string; body?: object }): Call
}

export async function startFleet({
  model,
  checkout = HERE,
  apis = 1,
  workers = 1,
  watched = false,
  startRedis = startBenchRedis,
  env: more = {},
}: FleetOptions): Promise<Fleet> {
  const redis = await startRedis()
  const env = {
    PORT: '0',
    REDIS_URL: redis.path,
    SPLITRUN_DATA_DIR: redis.dataDir,
    SPLITRUN_ADMIN_TOKEN: ADMIN,
    SPLITRUN_SIMULATED_URL: model,
    SPLITRUN_CONCURRENCY: '256',
    ...more,
  }
  async function start(command: 'api' | 'worker', different: Record<string, string> = {}): Promise<Member> {
    const own = await chooseOwnPort()
    const args = [programOf(checkout), command]
    const port = watched ? { SPLITRUN_METRICS_PORT: String(own.port) } : {}
    return { ...(await startNode(command, args, { ...env, ...port, ...different })), own }
  }
  const several = (command: 'api' | 'worker', count: number) =>
    Promise.all(Array.from({ length: count }, () => start(command)))
  const all = { apis: await several('api', apis), workers: await several('worker', workers) }
  const port = all.apis[0]?.port ?? 0
  const project = await createProject(port)
  return {
    ...all,
    redis,
    project,
    call: project.run(port),
    start,
    createProject: () => createProject(port),
    async settled() {
      const report = await project.ask<{ total_task_runs: number }>('/usage_report')
      return report.total_task_runs
    },
    async stop() {
      for (const each of [...all.workers, ...all.apis, redis]) await each.stop()
    },
  }
}

/** What a checkout starts as `splitrun`. */
export function programOf(checkout: string): string {
  const { name, bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  if (name !== 'splitrun') throw new Error(`no checkout of Splitrun: ${checkout}`)
  return join(checkout, bin.splitrun)
}

const TASK = {
  enabled: true,
  llm_model_id: 'simulated-large',
  system_prompt: 'You classify texts. Be exact and brief.',
  user_prompt: 'Classify the sentiment of this text: {text}',
  output_format: {
    sentiment: { type: 'string', options: ['positive', 'neutral', 'negative'] },
    confidence: 'number',
    topics: { type: 'list', item_type: 'string' },
  },
}

/** The benchmark's task with some of its fields changed, ready to be posted to a project's `/task`. */
export const taskLike = (name: string, fields: object = {}): object => ({ ...TASK, name, ...fields })

async function createProject(port: number): Promise<Project> {
  const base = `http://127.0.0.1:${port}/api/v1`
  const headersFor = (token: string) => ({
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  })
  async function ask<T>(path: string, token: string, body?: object): Promise<T> {
    const answer = await fetch(base + path, {
      method: body ? 'POST' : 'GET',
      headers: headersFor(token),
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const org = await ask<{ id: string }>('/org', ADMIN, { name: 'Bench' })
  const { id } = await ask<{ id: string }>(`/org/${org.id}/project`, ADMIN, { name: 'Bench' })
  const home = `/org/${org.id}/project/${id}`
  const { token } = await ask<{ token: string }>(`${home}/api_key`, ADMIN, { name: 'bench' })
  const task = await ask<{ id: string; revisions: { id: string }[] }>(
    `${home}/task`,
    token,
    taskLike('bench'),
  )
  return {
    org: org.id,
    id,
    task: task.id,
    revision: task.revisions[0]?.id ?? '',
    headers: headersFor(token),
    ask: (path, body) => ask(home + path, token, body),
    run: (at, { task: which = task.id, query = '', body } = {}) => ({
      url: `http://127.0.0.1:${at}/api/v1${home}/task/${which}/run${query}`,
      headers: headersFor(token),
      body: body ? JSON.stringify(body) : INPUT,
    }),
  }
}
