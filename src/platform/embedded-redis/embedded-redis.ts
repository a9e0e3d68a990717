import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { findRedisServer } from './find-redis-server.ts'
import {
  identifyProcess,
  isRunning,
  type ProcessIdentity,
  stopProcess,
  waitUntilGone,
} from './process-identity.ts'
import { withProcessLock } from './process-lock.ts'
import { askRedis, startRedisServer } from './redis-server-process.ts'
import { chooseSocketPath } from './socket-path.ts'

/** How long a server may take to save what it has and end. */
const STOP_MS = 10_000

export interface EmbeddedRedis {
  readonly socketPath: string
  readonly pid: number
  /** True for the one process whose close() stops the server. */
  readonly owned: boolean
  readonly version: string
  /** 'shared' when it ran already; else where its program came from. */
  readonly source: 'shared' | 'path' | 'fetched'
  /** Stops the server if it is owned, and returns when it has saved its data and is gone. Else does nothing. */
  close(): Promise<void>
}

/** What server.json says, for the next start. The first two names are for people; all are written together. */
interface ServerRecord {
  readonly pid: number
  readonly owner_pid: number
  readonly started: number
  readonly owner_started: number
  readonly socket_path: string
  /** The folder that this was written for: in a copy of that folder it says nothing. */
  readonly dir: string
}

/**
 * A Redis of our own with its data in `<dataDir>/redis`, appended to disk every second, reached by a unix socket.
 *
 * One server runs per data folder: the first to open it starts it and owns it, whoever opens it meanwhile shares
 * it, and starts at the same moment wait for each other. It leaves the others without a Redis when its owner
 * closes, so an owner should be the process that ends last. If the owner dies without closing, the server stays;
 * the next to open the folder takes it over, and stops it in the end. Data survives all of this; a crash of the
 * machine loses a second of it.
 * @throws when no server program can be had, when it exits (with its last words), or when one that runs hangs.
 */
export async function openEmbeddedRedis(options: { dataDir: string; log: Logger }): Promise<EmbeddedRedis> {
  const { log } = options
  const dataDir = resolve(options.dataDir)
  const dir = join(dataDir, 'redis')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return withProcessLock(join(dir, 'opening'), async () => {
    const record = await readRecord(dir)
    const socketPath = record?.socket_path ?? (await chooseSocketPath(dir, 'redis.sock'))
    return (await shareRunning(dir, socketPath, record, log)) ?? (await startOwn(dataDir, dir, log))
  })
}

/** The socket of the server that runs for a data folder now; null when none does. Starts none. */
export async function findEmbeddedRedis(dataDir: string): Promise<string | null> {
  const record = await readRecord(join(resolve(dataDir), 'redis'))
  return record && (await reach(record.socket_path)) ? record.socket_path : null
}

async function shareRunning(
  dir: string,
  socketPath: string,
  record: ServerRecord | null,
  log: Logger,
): Promise<EmbeddedRedis | null> {
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
    socketPath,
    pid: server.pid,
    owned,
    version: found.version,
    source: 'shared',
    close: async () => {
      if (owned) await stopProcess(server, STOP_MS)
    },
  }
}

async function startOwn(dataDir: string, dir: string, log: Logger): Promise<EmbeddedRedis> {
  const { command, env, source } = await findRedisServer(dataDir, log)
  const socketPath = await chooseSocketPath(dir, 'redis.sock')
  const args = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const server = await startRedisServer({
    command,
    env,
    dir,
    address: { path: socketPath },
    args,
    detached: true,
  })
  let isClosing = false
  const close = async () => {
    isClosing = true
    await server.stop(STOP_MS)
  }
  try {
    await writeRecord(dir, server, socketPath)
    const { version } = await server.ready()
    void server.exited.then(async () => {
      if (isClosing) return
      log.error({ pid: server.pid, said: await server.lastWords() }, 'the embedded Redis is gone')
    })
    return { socketPath, pid: server.pid, owned: true, version, source, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Who serves on a socket, once it has loaded its data; null when nobody does. */
async function reach(socketPath: string): Promise<{ pid: number; version: string } | null> {
  for (;;) {
    const found = await askRedis({ path: socketPath })
    if (found !== 'loading') return found
    await pause(50)
  }
}

/** Null when there is none, or none that can be read: the socket then tells if a server runs. */
async function readRecord(dir: string): Promise<ServerRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(dir, 'server.json'), 'utf8')) as ServerRecord
    return record.dir === dir ? record : null
  } catch {
    return null
  }
}

/** Names this process as the owner. Written beside and renamed, so that it is never half there. */
async function writeRecord(dir: string, server: ProcessIdentity, socketPath: string): Promise<void> {
  const owner = await identifyProcess(process.pid)
  const record: ServerRecord = {
    pid: server.pid,
    owner_pid: process.pid,
    started: server.started,
    owner_started: owner?.started ?? 0,
    socket_path: socketPath,
    dir,
  }
  const file = join(dir, 'server.json')
  await writeFile(`${file}.partial`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  await rename(`${file}.partial`, file)
}
