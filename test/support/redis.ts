import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type FoundRedisServer,
  findRedisServer,
} from '../../src/platform/embedded-redis/find-redis-server.ts'
import {
  type RedisServerProcess,
  startRedisServer,
} from '../../src/platform/embedded-redis/redis-server-process.ts'
import { type Logger, silentLogger } from '../../src/platform/logger.ts'
import { keepSpare, learnSettings, socketIn, takeSpare } from './spare-redis.ts'

/** The repository's own data folder: a server program that is fetched for the tests is fetched once. */
const DATA_DIR = join(import.meta.dirname, '../../.splitrun')

let program: Promise<FoundRedisServer> | undefined

/** The server program of the tests; looked for once, and fetched where there is none. */
export function testRedisProgram(log: Logger = silentLogger()): Promise<FoundRedisServer> {
  program ??= findRedisServer(DATA_DIR, log)
  return program
}

/** The Redis of this test run, as `connectRedis` takes it. All tests share it: keep to ids of your own making. */
export function testRedisUrl(): string {
  const url = process.env['SPLITRUN_TEST_REDIS']
  if (!url)
    throw new Error('run the tests by `npm test`, or with --test-global-setup=test/support/global-setup.ts')
  return url
}

/** Lets a test's data folder use the program that the repository has, so that a start there fetches nothing. */
export async function lendRedisProgram(dataDir: string): Promise<void> {
  const { source } = await testRedisProgram()
  if (source === 'fetched') await symlink(join(DATA_DIR, 'redis-server'), join(dataDir, 'redis-server'))
}

/** A Redis of one test's own, to pause and kill. It is gone with its data when the test ends, however that is. */
export interface PrivateRedis {
  /** As `connectRedis` takes it; the same for all its lives. */
  readonly url: string
  /** Where it keeps its data. */
  readonly dir: string
  /** Stops answering, with its connections open. */
  pause(): void
  resume(): void
  /** Dies at once, as by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts again after a kill, perhaps with further settings; with `durable`, with the data that it had. */
  start(settings?: readonly string[]): Promise<void>
}

/**
 * Starts a private Redis, or lends one that an earlier test of this process has left as new. `durable` writes every command
 * to disk, so that a kill loses nothing.
 */
export async function startPrivateRedis(
  t: { after(clean: () => Promise<void> | void): void },
  options: { durable?: boolean; args?: readonly string[] } = {},
): Promise<PrivateRedis> {
  const durable = options.durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []
  const args = [...durable, ...(options.args ?? [])]
  const lent = args.length === 0 ? takeSpare() : undefined
  const dir = lent?.dir ?? (await mkdtemp(join(tmpdir(), 'splitrun-test-')))
  const url = socketIn(dir)
  const program = await testRedisProgram()
  let server: RedisServerProcess | null = lent?.server ?? null
  /** For as long as it was started without settings, and never paused or killed. */
  let isPlain = args.length === 0

  async function launch(settings: readonly string[]): Promise<void> {
    server = await startRedisServer({ ...program, dir, address: { path: url }, args: settings })
    await server.ready()
  }
  function signal(name: NodeJS.Signals): void {
    isPlain = false
    if (server) process.kill(server.pid, name)
  }
  t.after(async () => {
    if (server && isPlain && (await keepSpare({ dir, server }))) return
    await server?.stop(0)
    await rm(dir, { recursive: true, force: true })
  })
  if (!server) await launch(args)
  if (isPlain) await learnSettings(dir)
  return {
    url,
    dir,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async kill() {
      signal('SIGKILL')
      await server?.exited
    },
    async start(settings = []) {
      isPlain = false
      await launch([...args, ...settings])
    },
  }
}
