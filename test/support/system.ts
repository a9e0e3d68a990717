import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach } from 'node:test'
import { composeApi } from '../../src/compose/compose-api.ts'
import { type Core, composeCore } from '../../src/compose/compose-core.ts'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { readConfig } from '../../src/config.ts'
import {
  type SimulatedModel,
  type SimulatedModelOptions,
  startSimulatedModel,
} from '../../src/models/simulated/simulated-model.ts'
import { newId } from '../../src/platform/ids.ts'
import { type Logger, silentLogger } from '../../src/platform/logger.ts'
import { PROJECT_SCOPES, type Project, type Scope } from '../../src/tenancy/tenant.ts'
import { contractOf, LEAST_OF_A_STREAM, STREAM } from './contract.ts'
import { startContractProxy, VIOLATION_HEADER } from './contract-proxy.ts'
import { forgotten } from './forgotten.ts'
import { type PrivateRedis, startPrivateRedis } from './redis.ts'
import { startPrivateCluster } from './redis-cluster.ts'
import { untilNoDayEnds } from './until.ts'

export { until } from './until.ts'

export const ADMIN_TOKEN = 'the-tests-administrator'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  readonly body: any
}

/** Set, every system has a Redis Cluster for its own, and as many shards: most of the tests hold there, too. */
const SHARDS = process.env['SPLITRUN_TEST_CLUSTER']

/** Set, the files of every system are in object storage: all that does not look into their folder holds there, too. */
const BUCKET = process.env['SPLITRUN_TEST_FILES'] === 's3'

/** A whole Splitrun in this process: a Redis of its own, the API on a free port, a worker, a simulated model. */
export interface System {
  readonly url: string
  /** `/org/.../project/...`, without the mount. */
  readonly project: string
  readonly token: string
  readonly core: Core
  readonly redis: PrivateRedis
  readonly model: SimulatedModel
  /** The same API behind a proxy that holds every answer against the OpenAPI document; for whole clients. */
  readonly checkedUrl: string
  /**
   * Calls the API, and rejects for an answer that is not as documented. `path` begins behind the project's, or with
   * `/org`, `/import` or `/v1`. An object body is sent as JSON.
   */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { token?: string | null; headers?: Record<string, string> },
  ): Promise<Answer>
  /** Creates a task and returns its id. Fields are merged over those of a small one. */
  createTask(fields?: Record<string, unknown>): Promise<string>
  createToken(scopes: readonly Scope[]): Promise<string>
  /** A second project, with a token for it. */
  createProject(): Promise<{ project: string; token: string }>
  /** The same system as a project of its own sees it, which has nothing in it yet. */
  inNewProject(): Promise<System>
}

export interface SystemOptions {
  /** Settings by their environment names. */
  readonly env?: Record<string, string>
  readonly model?: SimulatedModelOptions
  /** Gets the log; default: nobody reads it. */
  readonly log?: Logger
  /** Default 1. */
  readonly workers?: number
  /** Its Redis loses nothing when it is killed. */
  readonly durable?: boolean
  /** Starts another Redis for it to use than its own, and returns the URL; what it opens is closed after the system. */
  readonly redisUrl?: (t: Cleanup) => Promise<string>
}

/** Characters of a body that are sent before any answer can come. */
const SENT_AT_ONCE = 10_000

/** What takes the clean-up: a test's context. */
export interface Cleanup {
  after(clean: () => Promise<void> | void): void
}

/**
 * One system for all tests of a suite: call it in the body of `describe`, and what it returns in a test. Its options may
 * be made by a function that starts what the system needs beside it.
 */
export function useSystem(
  options: SystemOptions | ((t: Cleanup) => Promise<SystemOptions>) = {},
): () => System {
  const cleanups: (() => Promise<void> | void)[] = []
  let system: System | undefined
  before(async () => {
    const cleanup: Cleanup = { after: (clean) => void cleanups.unshift(clean) }
    system = await startSystem(cleanup, typeof options === 'function' ? await options(cleanup) : options)
  })
  // The system may have been started long ago.
  beforeEach(() => untilNoDayEnds())
  // A hook of the suite, not of the file: those run only once nothing is open any more.
  after(async () => {
    // All of them, whatever one says: what is left open would keep the process for ever.
    const failures: unknown[] = []
    system = undefined
    for (const clean of cleanups.splice(0))
      await (async () => clean())().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  })
  return () => {
    if (!system) throw new Error('the system is there from the first test on')
    return system
  }
}

/** A busy machine may keep Redis waiting for seconds; where a test is about that, it sets its own. */
const REDIS_PATIENCE = '30s'

/** Starts a system that is closed, with all it opened, when the test ends. */
export async function startSystem(t: Cleanup, options: SystemOptions = {}): Promise<System> {
  await untilNoDayEnds()
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-system-'))
  const cleanups: (() => Promise<void> | void)[] = []
  const last: Cleanup = { after: (clean) => void cleanups.push(clean) }
  const startRedis = SHARDS ? startPrivateCluster : startPrivateRedis
  const redis = await startRedis(last, { durable: options.durable ?? false })
  const redisUrl = (await options.redisUrl?.(last)) ?? redis.url
  const bucket = BUCKET ? await (await import('./files/start-bucket.ts')).startBucket(last) : {}
  const model = await startSimulatedModel(options.model)
  const config = readConfig({
    PORT: '0',
    REDIS_URL: redisUrl,
    SPLITRUN_DATA_DIR: dataDir,
    SPLITRUN_SHARDS: SHARDS || '1',
    SPLITRUN_ADMIN_TOKEN: ADMIN_TOKEN,
    SPLITRUN_SIMULATED_URL: model.url,
    SPLITRUN_SHUTDOWN_GRACE: '0s',
    SPLITRUN_MODEL_BACKOFF: '1ms',
    SPLITRUN_REDIS_TIMEOUT: REDIS_PATIENCE,
    // Many tests count what their own servers are asked.
    SPLITRUN_MODEL_ENDS: 'false',
    ...bucket,
    ...options.env,
  })
  const core = await composeCore(config, options.log ?? silentLogger())
  const { port } = await composeApi(core)
  for (let each = 0; each < (options.workers ?? 1); each += 1) await composeWorker(core)
  const url = `http://127.0.0.1:${port}`
  const contract = contractOf(config, core.limits)
  const proxy = await startContractProxy(url, contract)
  const close = async () => {
    await proxy.close()
    await core.lifecycle.close()
    await model.close()
    for (const clean of cleanups) await clean()
    await rm(dataDir, { recursive: true, force: true })
    // Also those of clients that told nobody.
    if (proxy.violations.length > 0) throw new Error(`not as documented:\n${proxy.violations.join('\n')}`)
  }
  t.after(forgotten(close))

  async function createKey(project: Project, scopes: readonly Scope[]): Promise<string> {
    const key = await core.apiKeys.create(project, { name: 'test', scopes, expires: null })
    if (!key) throw new Error('a fresh id was taken')
    return key.secret
  }
  async function createProject() {
    const org = await core.tenants.createOrganisation('Test')
    const made = org && (await core.tenants.createProject(org.id, 'Test'))
    if (!made) throw new Error('a fresh id was taken')
    const project = `/org/${made.org_id}/project/${made.id}`
    return { project, token: await createKey(made, PROJECT_SCOPES), made }
  }
  const ofProject = (home: Awaited<ReturnType<typeof createProject>>): System => {
    const system: System = {
      url,
      checkedUrl: proxy.url,
      project: home.project,
      token: home.token,
      core,
      redis,
      model,
      createProject,
      inNewProject: async () => ofProject(await createProject()),
      async call(method, path, body, { token = home.token, headers } = {}) {
        const form = body instanceof FormData || typeof body === 'string'
        const sent = form ? (body as FormData | string) : JSON.stringify(body)
        const whole = /^\/(org|import|console|feedback)\b/.test(path) ? path : home.project + path
        const address = path.startsWith('/v1/') ? path : `/api/v1${whole}`
        // A large body may be refused while it is sent, which only the proxy lets a client see for certain.
        const straight = typeof sent !== 'object' && (sent?.length ?? 0) <= SENT_AT_ONCE
        const answer = await fetch((straight ? url : proxy.url) + address, {
          method,
          headers: {
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(sent === undefined || form ? {} : { 'content-type': 'application/json' }),
            ...Object.fromEntries(new Headers(headers)),
          },
          ...(sent === undefined ? {} : { body: sent }),
        })
        const text = await answer.text()
        const broken = straight
          ? contract.check({
              method,
              url: answer.url.slice(url.length),
              status: answer.status,
              headers: Object.fromEntries(answer.headers),
              body: answer.headers.get('content-type') === STREAM ? LEAST_OF_A_STREAM : Buffer.from(text),
            })
          : [decodeURIComponent(answer.headers.get(VIOLATION_HEADER) ?? '')].filter(Boolean)
        if (broken.length > 0) throw new Error(`not as documented: ${broken.join('\n')}\n${text}`)
        const json = answer.headers.get('content-type')?.startsWith('application/json')
        return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text }
      },
      async createTask(fields = {}) {
        const answer = await system.call('POST', '/task', {
          name: `task ${newId()}`,
          enabled: true,
          system_prompt: 'You answer.',
          user_prompt: 'Say something about {text}.',
          llm_model_id: 'simulated-large',
          ...(fields['output_modality'] === 'text'
            ? {}
            : { output_format: { answer: 'string', score: 'number' } }),
          ...fields,
        })
        if (answer.status !== 200) throw new Error(`no task: ${JSON.stringify(answer.body)}`)
        return answer.body.id
      },
      createToken: (scopes) => createKey(home.made, scopes),
    }
    return system
  }
  return ofProject(await createProject())
}
