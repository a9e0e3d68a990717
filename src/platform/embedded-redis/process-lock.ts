import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { identifyProcess, isRunning } from './process-identity.ts'

/**
 * Runs something while no other process, nor another caller in this one, runs anything under the same path.
 * Waits for as long as a living process holds it; a holder that died holds nothing.
 *
 * Everyone who wants the lock makes an entry of its own beside the path, named after its process, and only then
 * looks for the others'. Of two that overlap, the one that looked last saw the other, so never do both go ahead;
 * if each saw the other, both step back for a moment. A single lock file would need a way to take over a dead
 * holder's file that cannot take a living one's, and there is no such step in a file system. `proper-lockfile` has
 * such a file, and lets two go ahead (docs/decisions/tricks.md).
 */
export async function withProcessLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  const entry = await enter(path)
  try {
    return await run()
  } finally {
    await rm(entry, { force: true })
  }
}

async function enter(path: string): Promise<string> {
  const me = await identifyProcess(process.pid)
  if (!me) throw new Error('this system does not tell when a process started, which locks need')
  const entry = `${path}.${me.pid}.${me.started}.${randomBytes(4).toString('hex')}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    for (;;) {
      await writeFile(entry, '', { flag: 'wx', mode: 0o600 })
      if (!(await othersAreHere(path, entry))) return entry
      await rm(entry)
      await pause(10 + Math.random() * 50)
    }
  } catch (error) {
    await rm(entry, { force: true })
    throw error
  }
}

async function othersAreHere(path: string, own: string): Promise<boolean> {
  const pattern = /^\.(\d+)\.(\d+)\.[0-9a-f]{8}$/
  let found = false
  for (const name of await readdir(dirname(path))) {
    const match = name.startsWith(basename(path)) && pattern.exec(name.slice(basename(path).length))
    if (!match || name === basename(own)) continue
    if (await isRunning({ pid: Number(match[1]), started: Number(match[2]) })) found = true
    else await rm(join(dirname(path), name), { force: true })
  }
  return found
}
