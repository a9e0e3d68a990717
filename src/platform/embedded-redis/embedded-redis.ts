import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { type JoinedServer, joinServer, reach } from './join-server.ts'
import { isRunning } from './process-identity.ts'
import { withProcessLock } from './process-lock.ts'
import { readRecord } from './server-record.ts'

/** How often each opener looks whether the server still runs: a read of one small file of the system. */
const LOOK_MS = 250

/** How long a server that is gone is waited with, doubled each time, until one ran that long. */
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 30_000

export interface EmbeddedRedis {
  /** The same for all servers that run on the folder one after another. */
  readonly socketPath: string
  readonly pid: number
  /** True for the one process whose close() stops the server. */
  readonly owned: boolean
  readonly version: string
  /** 'shared' when it ran already; else where its program came from. */
  readonly source: JoinedServer['source']
  /**
   * Stops the server if it is owned, and returns when it has saved its data and is gone. Starts none from then on.
   */
  close(): Promise<void>
}

/**
 * A Redis of our own with its data in `<dataDir>/redis`, appended to disk every second, reached by a unix socket.
 *
 * One server runs per data folder: the first to open it starts it and owns it, whoever opens it meanwhile shares
 * it, and starts at the same moment wait for each other. Where it ends, for whatever reason, one of those who still
 * have it open starts it again and owns it, at once and then after delays that double up to 30 s. If the owner
 * dies without closing, the server stays; the next to open the folder takes it over, and stops it in the end. Data
 * survives all of this; a crash of the machine loses a second of it.
 * @throws when no server program can be had, when it exits (with its last words), or when one that runs hangs.
 */
export async function openEmbeddedRedis(options: { dataDir: string; log: Logger }): Promise<EmbeddedRedis> {
  const { log } = options
  const dataDir = resolve(options.dataDir)
  const dir = join(dataDir, 'redis')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const open = () => withProcessLock(join(dir, 'opening'), () => joinServer(dataDir, dir, log))
  let server = await open()
  const closing = new AbortController()
  const watching = watch()

  async function watch(): Promise<void> {
    let delayMs = FIRST_DELAY_MS
    let isGone = false
    while (!closing.signal.aborted) {
      if (!isGone) {
        const since = performance.now()
        await untilGone(server, closing.signal)
        if (closing.signal.aborted) return
        if (performance.now() - since > LONGEST_DELAY_MS) delayMs = FIRST_DELAY_MS
        log.error({ pid: server.pid, said: await server.lastWords() }, 'the embedded Redis is gone')
        isGone = true
      }
      await sleep(delayMs, closing.signal)
      if (closing.signal.aborted) return
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
      try {
        server = await open()
        isGone = false
        log.info({ pid: server.pid, source: server.source }, 'the embedded Redis runs again')
      } catch (error) {
        log.error({ err: error, retry_in_ms: delayMs }, 'the embedded Redis could not be started again')
      }
    }
  }

  return {
    socketPath: server.socketPath,
    version: server.version,
    source: server.source,
    get pid() {
      return server.pid
    },
    get owned() {
      return server.owned
    },
    async close() {
      closing.abort()
      await watching
      await server.stop()
    },
  }
}

/** The socket of the server that runs for a data folder now; null when none does. Starts none. */
export async function findEmbeddedRedis(dataDir: string): Promise<string | null> {
  const record = await readRecord(join(resolve(dataDir), 'redis'))
  return record && !record.mends && (await reach(record.socket_path)) ? record.socket_path : null
}

async function untilGone(server: JoinedServer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await isRunning(server))) await sleep(LOOK_MS, signal)
}

/** Ends early, without an error, when the signal comes. It keeps no process alive. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal, ref: false }).catch(() => {})
}
