import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** A process as it can be written into a file: its pid is used again one day, pid and start time together are not. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in a unit of the platform's own; only ever compared. */
  readonly started: number
}

/** Who runs under a pid now; null when nobody does. A zombie, dead but not collected by its parent, is nobody. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const started = process.platform === 'linux' ? await startedOnLinux(pid) : await startedByPs(pid)
  return started === null ? null : { pid, started }
}

/** True while exactly that process runs, not a later one with its pid. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.started === identity.started
}

/** Resolves to true once the process is gone, to false when it is still there after that time. */
export async function waitUntilGone(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs
  while (await isRunning(identity)) {
    if (performance.now() > end) return false
    await pause(10)
  }
  return true
}

/** Asks a process to end (SIGTERM), and ends it (SIGKILL) when it has not after `graceMs`. Returns when it is gone. */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!(await isRunning(identity))) return
    try {
      process.kill(identity.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    if (await waitUntilGone(identity, patienceMs)) return
  }
  throw new Error(`process ${identity.pid} could not be stopped`)
}

async function startedOnLinux(pid: number): Promise<number | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is the command in parentheses and may hold anything, so count from its end.
  const [state, ...fields] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return !line || state === 'Z' || state === 'X' ? null : Number(fields[18])
}

async function startedByPs(pid: number): Promise<number | null> {
  const { stdout } = await exec('env', ['LC_ALL=C', 'ps', '-o', 'state=,lstart=', '-p', String(pid)]).catch(
    () => ({
      stdout: '',
    }),
  )
  const [state, ...time] = stdout.trim().split(/\s+/)
  return !state || state.startsWith('Z') ? null : Date.parse(time.join(' '))
}
