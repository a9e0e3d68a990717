import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identifyProcess, type ProcessIdentity } from './process-identity.ts'

/** What server.json says, for the next start. The first two names are for people; all are written together. */
export interface ServerRecord {
  readonly pid: number
  readonly owner_pid: number
  readonly started: number
  readonly owner_started: number
  readonly socket_path: string
  /** The folder that this was written for: in a copy of that folder it says nothing. */
  readonly dir: string
  /** A server that only mends the file of commands, and never serves. */
  readonly mends?: true
}

/** Null when there is none, or none that can be read: the socket then tells if a server runs. */
export async function readRecord(dir: string): Promise<ServerRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(dir, 'server.json'), 'utf8')) as ServerRecord
    return record.dir === dir ? record : null
  } catch {
    return null
  }
}

/** Names this process as the owner. Written beside and renamed, so that it is never half there. */
export async function writeRecord(
  dir: string,
  server: ProcessIdentity,
  socketPath: string,
  role: Pick<ServerRecord, 'mends'> = {},
): Promise<void> {
  const owner = await identifyProcess(process.pid)
  const record: ServerRecord = {
    pid: server.pid,
    owner_pid: process.pid,
    started: server.started,
    owner_started: owner?.started ?? 0,
    socket_path: socketPath,
    dir,
    ...role,
  }
  const file = join(dir, 'server.json')
  await writeFile(`${file}.partial`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  await rename(`${file}.partial`, file)
}
