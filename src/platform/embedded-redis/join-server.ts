import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { type FoundRedisServer, findRedisServer } from './find-redis-server.ts'
import { mendCutFile, REFUSE_CUT_FILE, refusedCutFile } from './mend-cut-file.ts'
import {
  identifyProcess,
  isRunning,
  type ProcessIdentity,
  stopProcess,
  waitUntilGone,
} from './process-identity.ts'
import { askRedis, type RedisServerProcess, startRedisServer } from './redis-server-process.ts'
import { readRecord, type ServerRecord, writeRecord } from './server-record.ts'
import { chooseSocketPath } from './socket-path.ts'

/** How long a server may take to save what it has and end. */
const STOP_MS = 10_000

/** A cut file is mended in two steps at most; one more for a start that was killed between them. */
const MENDS = 3

/** A server of a data folder that runs, started by this process or by another one. */
export interface JoinedServer extends ProcessIdentity {
  readonly socketPath: string
  readonly owned: boolean
  readonly version: string
  readonly source: 'shared' | FoundRedisServer['source']
  /** What it said last; null for one that another process started. */
  lastWords(): Promise<string | null>
  /** Stops it if it is owned, and returns when it is gone. */
  stop(): Promise<void>
}

/** Shares the server that runs on a folder, or starts one. The caller holds the folder's opening lock. */
export async function joinServer(dataDir: string, dir: string, log: Logger): Promise<JoinedServer> {
  let record = await readRecord(dir)
  if (record?.mends) {
    // Its opener died. It has no data that is not on disk.
    await stopProcess(record, 0)
    record = null
  }
  const socketPath = record?.socket_path ?? (await chooseSocketPath(dir, 'redis.sock'))
  return (await shareRunning(dir, socketPath, record, log)) ?? (await startOwn(dataDir, dir, log))
}

/** Who serves on a socket, once it has loaded its data; null when nobody does. */
export async function reach(socketPath: string): Promise<{ pid: number; version: string } | null> {
  for (;;) {
    const found = await askRedis({ path: socketPath })
    if (found !== 'loading') return found
    await pause(50)
  }
}

async function shareRunning(
  dir: string,
  socketPath: string,
  record: ServerRecord | null,
  log: Logger,
): Promise<JoinedServer | null> {
  const found = await reach(socketPath)
  if (!found) {
    // Not to be reached and yet alive: it is on its way out, with the data still in its hands.
    const isGone = !record || (await waitUntilGone(record, STOP_MS))
    if (!isGone) {
      throw new Error(`Redis (process ${record.pid}) runs on ${dir} and cannot be reached; stop it first`)
    }
    return null
  }
  const server = await identifyProcess(found.pid)
  if (!server) throw new Error(`the Redis on ${socketPath} is not a process of this machine`)
  const owner = record && { pid: record.owner_pid, started: record.owner_started }
  const owned = !owner || !(await isRunning(owner))
  if (owned) {
    await writeRecord(dir, server, socketPath)
    log.info({ pid: server.pid }, 'took over the embedded Redis of a process that died')
  }
  return {
    ...server,
    socketPath,
    owned,
    version: found.version,
    source: 'shared',
    lastWords: async () => null,
    stop: async () => {
      if (owned) await stopProcess(server, STOP_MS)
    },
  }
}

async function startOwn(dataDir: string, dir: string, log: Logger): Promise<JoinedServer> {
  const program = await findRedisServer(dataDir, log)
  const socketPath = await chooseSocketPath(dir, 'redis.sock')
  for (let mends = 0; ; mends++) {
    const server = await startRedisServer({
      ...program,
      dir,
      address: { path: socketPath },
      args: ['--appendonly', 'yes', '--appendfsync', 'everysec', ...REFUSE_CUT_FILE],
      detached: true,
    })
    try {
      const { version } = await serve(dir, server, socketPath)
      const { pid, started, lastWords } = server
      const stop = () => server.stop(STOP_MS)
      return { pid, started, socketPath, owned: true, version, source: program.source, lastWords, stop }
    } catch (error) {
      await server.stop(STOP_MS)
      if (mends === MENDS || !(await refusedCutFile(server))) throw error
    }
    await mendCutFile(dir, program, log)
  }
}

async function serve(
  dir: string,
  server: RedisServerProcess,
  socketPath: string,
): Promise<{ version: string }> {
  await writeRecord(dir, server, socketPath)
  return server.ready()
}
