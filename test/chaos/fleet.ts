import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settingsOf } from '../support/files/object-storage.ts'
import { type S3rver, startS3rver } from '../support/files/s3rver.ts'
import { freePorts } from '../support/free-ports.ts'
import { startProcess } from '../support/processes.ts'
import { type PrivateRedis, startPrivateRedis } from '../support/redis.ts'
import { ADMIN_TOKEN, type Cleanup } from '../support/system.ts'
import { type Member, startMember } from './member.ts'
import { createRedisUser, NO_OTHER_USER, type RedisUser } from './redis-user.ts'

/** A whole Splitrun of real processes, all of them ours to strike. */
export interface Fleet {
  readonly redis: PrivateRedis
  /** As whom all members log in to Redis. */
  readonly user: RedisUser
  /** The folder of the runs' files. */
  readonly files: string
  /** Where they are instead; null for the folder. */
  readonly storage: S3rver | null
  readonly apis: readonly Member[]
  readonly workers: readonly Member[]
  /** What every process was started with, but for Redis' own administrator in the place of their user. */
  readonly env: Readonly<Record<string, string>>
  /** Calls that the model server has seen so far, by the mark that they bore and by what became of them. */
  modelCalls(): Promise<Record<string, Record<string, number>>>
}

export interface FleetOptions {
  readonly apis: number
  readonly workers: number
  /** Whether files are in object storage, and not in a folder. */
  readonly storage?: boolean
  /** Settings of all processes. */
  readonly env: Readonly<Record<string, string>>
  /** Settings of the model server. */
  readonly model: Readonly<Record<string, string>>
  /** Writes a models file for the model server at that URL, where the models are not the usual ones; returns its path. */
  readonly writeModels?: (t: Cleanup, url: string) => Promise<string>
}

/**
 * Every write of Redis is on its disk before it is answered, and none of them is ever compacted away: its log is a
 * history of all that happened, which the audit reads.
 */
const REDIS_ARGS = ['--auto-aof-rewrite-percentage', '0']

/** Starts a fleet; it is gone, with all its data, when `t` ends. */
export async function startFleet(t: Cleanup, options: FleetOptions): Promise<Fleet> {
  const cleanups: (() => Promise<void> | void)[] = []
  const own: Cleanup = { after: (clean) => void cleanups.push(clean) }
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-fleet-'))
  own.after(() => rm(dataDir, { recursive: true, force: true }))
  const files = join(dataDir, 'files')
  await mkdir(files)
  const users = join(dataDir, 'redis-users.acl')
  await writeFile(users, NO_OTHER_USER)
  const [port = 0] = await freePorts(1)
  const args = [...REDIS_ARGS, '--bind', '127.0.0.1', '--port', String(port), '--aclfile', users]
  const redis = await startPrivateRedis(own, { durable: true, args })
  const user = await createRedisUser(own, redis, port)
  const storage = options.storage ? await startS3rver(own) : null
  const model = startProcess(own, 'simulated-model', options.model)
  const [modelUrl] = await model.wrote(/http:\S+/)
  const file = await options.writeModels?.(own, modelUrl ?? '')
  const env = {
    ...(file !== undefined && { SPLITRUN_MODELS_FILE: file, SPLITRUN_MODEL_ENDS: 'false' }),
    PORT: '0',
    REDIS_URL: redis.url,
    SPLITRUN_DATA_DIR: dataDir,
    SPLITRUN_ADMIN_TOKEN: ADMIN_TOKEN,
    SPLITRUN_SIMULATED_URL: modelUrl,
    ...(storage && { ...settingsOf(storage, 'files'), SPLITRUN_S3_TIMEOUT: '3s' }),
    ...options.env,
  }
  const members = (command: 'api' | 'worker', count: number): Member[] =>
    Array.from({ length: count }, (_, index) =>
      startMember(own, `${command} ${index + 1}`, command, () => ({ ...env, REDIS_URL: user.url() })),
    )
  const [apis, workers] = [members('api', options.apis), members('worker', options.workers)]
  await Promise.all([...apis, ...workers].map((member) => member.start()))
  return {
    redis,
    user,
    files,
    storage,
    apis,
    workers,
    env,
    async modelCalls() {
      const answer = await fetch(`${modelUrl}/stats/marks`)
      return (await answer.json()) as Record<string, Record<string, number>>
    },
  }
}
