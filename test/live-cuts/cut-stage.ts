import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Core, composeCore } from '../../src/compose/compose-core.ts'
import { readConfig } from '../../src/config.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { primariesOf } from '../../src/platform/redis/redis-cluster.ts'
import { PROJECT_SCOPES } from '../../src/tenancy/tenant.ts'
import { type Member, startMember } from '../chaos/member.ts'
import { allKeys } from '../support/all-keys.ts'
import { startPrivateRedis } from '../support/redis.ts'
import { startPrivateCluster } from '../support/redis-cluster.ts'
import { ADMIN_TOKEN, type Cleanup } from '../support/system.ts'
import { startSpeakingModel } from './speaking-model.ts'

export interface CutStage {
  readonly apis: readonly Member[]
  readonly workers: readonly Member[]
  /** This process's own view of the store. */
  readonly core: Core
  readonly model: Awaited<ReturnType<typeof startSpeakingModel>>
  /** `/org/.../project/...`. */
  readonly project: string
  readonly token: string
  /** One answers with text, one with JSON. */
  readonly tasks: { readonly text: string; readonly json: string }
  /** Breaks connections to Redis whose names fit; resolves with how many there were. */
  killConnections(name: RegExp): Promise<number>
  /** How many texts of live runs Redis holds. */
  liveKeys(): Promise<number>
}

export interface CutStageOptions {
  readonly shards: number
  readonly cluster?: boolean
  /** Default 2, as of the workers. */
  readonly apis?: number
  readonly workers?: number
  readonly env?: Readonly<Record<string, string>>
}

/** API processes, workers and a Redis of their own, with a model that says what it is told. */
export async function setCutStage(t: Cleanup, options: CutStageOptions): Promise<CutStage> {
  const cleanups: (() => Promise<void> | void)[] = []
  const own: Cleanup = { after: (clean) => void cleanups.push(clean) }
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-live-'))
  own.after(() => rm(dataDir, { recursive: true, force: true }))
  const redis = await (options.cluster ? startPrivateCluster : startPrivateRedis)(own)
  const model = await startSpeakingModel(own)
  const env = {
    ...{ PORT: '0', REDIS_URL: redis.url, SPLITRUN_SHARDS: String(options.shards) },
    ...{ SPLITRUN_DATA_DIR: dataDir, SPLITRUN_ADMIN_TOKEN: ADMIN_TOKEN, SPLITRUN_CONCURRENCY: '256' },
    ...{ SPLITRUN_PROJECT_STREAMS_MAX: '5000', SPLITRUN_STREAMS_MAX: '5000', SPLITRUN_MODEL_ENDS: 'false' },
    ...model.env,
    ...options.env,
  }
  const members = (command: 'api' | 'worker', count: number): Member[] =>
    Array.from({ length: count }, (_, index) =>
      startMember(own, `${command} ${index + 1}`, command, () => env),
    )
  const [apis, workers] = [members('api', options.apis ?? 2), members('worker', options.workers ?? 2)]
  await Promise.all([...apis, ...workers].map((member) => member.start()))
  const core = await composeCore(readConfig(env), silentLogger())
  own.after(() => core.lifecycle.close())
  const org = await core.tenants.createOrganisation('Live')
  const made = org && (await core.tenants.createProject(org.id, 'Live'))
  const key =
    made && (await core.apiKeys.create(made, { name: 'live', scopes: PROJECT_SCOPES, expires: null }))
  if (!key) throw new Error('a fresh id was taken')
  const project = `/org/${made.org_id}/project/${made.id}`
  const createTask = async (fields: object): Promise<string> => {
    const answer = await fetch(`${apis[0]?.url()}/api/v1${project}/task`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{
          enabled: true,
          system_prompt: 'You speak.',
          user_prompt: 'Say {text}.',
          llm_model_id: 'speaking',
        },
        ...fields,
      }),
    })
    const { id } = (await answer.json()) as { id?: string }
    if (!id) throw new Error(`no task: ${answer.status}`)
    return id
  }
  const format = { first: 'string', score: 'number', second: 'string', tags: 'list', third: 'string' }
  return {
    ...{ apis, workers, core, model, project, token: key.secret },
    tasks: {
      text: await createTask({ name: 'text', output_modality: 'text' }),
      json: await createTask({ name: 'json', output_format: format }),
    },
    killConnections: async (name) => {
      const killed = await Promise.all(
        primariesOf(core.redis).map(async ({ node }) => {
          const lines = String(await node.call('CLIENT', 'LIST')).split('\n')
          const ids = lines.flatMap((line) =>
            name.test(/ name=(\S+)/.exec(line)?.[1] ?? '') ? [/^id=(\d+)/.exec(line)?.[1] ?? ''] : [],
          )
          for (const id of ids) await node.call('CLIENT', 'KILL', 'ID', id)
          return ids.length
        }),
      )
      return killed.reduce((sum, each) => sum + each, 0)
    },
    liveKeys: async () => (await allKeys(core.redis, '*:live:*')).length,
  }
}
