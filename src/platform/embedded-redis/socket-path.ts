import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The longest that every platform takes: an address has room for 104 bytes on macOS and 108 on Linux. */
const LONGEST = 103

/**
 * Where the unix socket of a folder's server goes: into the folder, or, when its path is too long for a socket,
 * into a short private folder under the system's temporary one, named after the folder.
 * @throws when that folder exists and is not ours alone: somebody else could put a socket of theirs there.
 */
export async function chooseSocketPath(dir: string, name: string): Promise<string> {
  const near = join(dir, name)
  if (Buffer.byteLength(near) <= LONGEST) return near
  const short = join(tmpdir(), `splitrun-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`)
  await mkdir(short, { recursive: true, mode: 0o700 })
  const found = await lstat(short)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new Error(`${short} must be a folder that only this user can reach; remove it and start again`)
  }
  return join(short, name)
}
