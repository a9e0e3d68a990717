import type { Logger } from '../logger.ts'
import { type RedisCommand, type RedisServerProcess, startRedisServer } from './redis-server-process.ts'
import { writeRecord } from './server-record.ts'
import { chooseSocketPath } from './socket-path.ts'

/** So a server that serves starts: it refuses a file whose end is missing, and leaves it as it is. */
export const REFUSE_CUT_FILE = ['--aof-load-truncated', 'no'] as const

/**
 * So a server cuts such a file where it can still be read. As a replica (of nothing: nobody listens there) it
 * adds no deletions of expired keys to the file, and it does not rewrite it.
 */
const CUT = [
  '--aof-load-truncated',
  'yes',
  '--replicaof',
  '127.0.0.1',
  '1',
  '--auto-aof-rewrite-percentage',
  '0',
]

const STOP_MS = 10_000

/** True when a server exited since the end of its file of commands is missing, as after a crash of the machine. */
export async function refusedCutFile(server: RedisServerProcess): Promise<boolean> {
  return (await server.lastWords()).includes('Unexpected end of file reading the append only file')
}

/**
 * Lets a server that nobody else can reach remove the incomplete end of the file of commands, and ends it again.
 *
 * Redis would do this at a start by itself and serve at once, and that loses data: a file that is cut within a
 * command of a transaction is cut before that command only. What is written then follows an open transaction, and
 * the next start applies the half of it, or drops what was acknowledged since (seen with Redis 7.0.15). The next
 * load finds the open transaction and cuts that too, as long as nothing follows it. So this is to be repeated until
 * a server started with REFUSE_CUT_FILE takes the file.
 */
export async function mendCutFile(dir: string, program: RedisCommand, log: Logger): Promise<void> {
  const path = await chooseSocketPath(dir, 'mend.sock')
  const server = await startRedisServer({
    ...program,
    dir,
    address: { path },
    args: ['--appendonly', 'yes', ...CUT],
    detached: true,
  })
  try {
    await writeRecord(dir, server, path, { mends: true })
    await server.ready()
  } finally {
    await server.stop(STOP_MS)
  }
  log.warn({ dir }, "the last command in the embedded Redis's file was incomplete, and was removed")
}
