import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cleanup, System } from './system.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

/** What a process needs of ours; none of it is a setting. */
function plainEnv(): Record<string, string> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE }
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A `splitrun` command in a process of its own. */
export interface SplitrunProcess {
  readonly pid: number
  /** What it has written so far, both streams together. */
  output(): string
  /** Resolves with the first match in what it writes; rejects when it ends without one. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the port that it says it listens on. */
  readonly listening: Promise<number>
  /** Sends a signal that it survives, unless it has ended. */
  signal(signal: NodeJS.Signals): void
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Exit>
  readonly exited: Promise<Exit>
}

/**
 * Starts `splitrun command` with these settings and none of this process's own, perhaps `through` a program that is
 * given its command line. Whatever is left of it when the test
 * ends is killed; should the test itself die, the channel between them tells it.
 */
export function startProcess(
  t: Cleanup,
  command: string,
  env: Record<string, string>,
  through: readonly string[] = [],
): SplitrunProcess {
  const [program = process.execPath, ...args] = [...through, process.execPath, CLI, command]
  const child: ChildProcess = spawn(program, args, {
    env: { ...plainEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let text = ''
  const listeners = new Set<() => void>()
  const heard = (): void => {
    for (const listener of listeners) listener()
  }
  const hear = (chunk: Buffer): void => {
    text += chunk
    heard()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  let ended = false
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    // Not `exit`: by `close` all that it wrote has arrived.
    child.once('close', (code, signal) => {
      ended = true
      resolve({ code, signal })
      heard()
    })
  })
  const listening = new Promise<number>((resolve, reject) => {
    child.on('message', (message) => {
      const { port, problem } = message as { port?: number; problem?: string }
      if (port !== undefined) resolve(port)
      if (problem) reject(new Error(problem))
    })
    void exited.then(() => reject(new Error(`${command} ended before it listened:\n${text}`)))
  })
  // Only the API listens; for the others nobody asks.
  listening.catch(() => {})
  t.after(async () => {
    if (!ended) child.kill('SIGKILL')
    await exited
  })
  return {
    pid: child.pid ?? 0,
    output: () => text,
    listening,
    exited,
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (!match && !ended) return
          listeners.delete(look)
          if (match) resolve(match)
          else reject(new Error(`${command} ended without ${pattern}:\n${text}`))
        }
        listeners.add(look)
        look()
      }),
    signal: (signal) => void child.kill(signal),
    stop(signal) {
      child.kill(signal)
      return exited
    },
  }
}

/** The settings of another process beside a system. */
export const settingsOf = ({ core, model }: System): Record<string, string> => ({
  PORT: '0',
  REDIS_URL: core.config.redisUrl ?? '',
  SPLITRUN_SHARDS: String(core.config.shards),
  SPLITRUN_DATA_DIR: core.config.dataDir,
  SPLITRUN_ADMIN_TOKEN: core.config.adminToken ?? '',
  SPLITRUN_SIMULATED_URL: model.url,
  // Some tests count what their model servers are asked.
  SPLITRUN_MODEL_ENDS: 'false',
  SPLITRUN_REDIS_TIMEOUT: `${core.config.redisTimeout}s`,
})

/** Others soon take over from a worker that is lost, and not from one that a busy machine keeps waiting. */
export const QUICK_LOCKS = { SPLITRUN_LOCK_DURATION: '5s', SPLITRUN_STALLED_INTERVAL: '1s' }

/** A worker process beside a system; resolves when it takes runs. */
export async function startWorkerProcess(
  t: Cleanup,
  system: System,
  env: Record<string, string> = {},
  through: readonly string[] = [],
): Promise<SplitrunProcess> {
  const worker = startProcess(t, 'worker', { ...settingsOf(system), ...env }, through)
  await worker.wrote(/"consuming"/)
  return worker
}

/** An API process beside a system; resolves with its URL when it listens. */
export async function startApiProcess(
  t: Cleanup,
  system: System,
  env: Record<string, string> = {},
  through: readonly string[] = [],
): Promise<SplitrunProcess & { url: string }> {
  const api = startProcess(t, 'api', { ...settingsOf(system), ...env }, through)
  return { ...api, url: `http://127.0.0.1:${await api.listening}` }
}

/** Runs `splitrun ...args` beside a system, to its end. */
export function runCommand(
  system: System,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...plainEnv(), ...settingsOf(system) }
    const child = execFile(process.execPath, [CLI, ...args], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

export interface ListedProcess {
  readonly pid: number
  readonly parent: number
  /** Its process group: the pid of the one that leads it. */
  readonly group: number
  readonly command: string
}

/** All processes of this machine that run; those that ended and wait for their parent do not count. */
export function listProcesses(): ListedProcess[] {
  if (process.platform !== 'linux') return listByPs()
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The second field is the program's name in parentheses, which may hold anything.
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      const ids = { pid: Number(name), parent: Number(parent), group: Number(group) }
      return state === 'Z' ? [] : [{ ...ids, command }]
    } catch {
      return [] // It ended between the two looks.
    }
  })
}

function listByPs(): ListedProcess[] {
  return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,pgid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, group, state, command = ''] =
        /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      const ids = { pid: Number(pid), parent: Number(parent), group: Number(group) }
      return !state || state.startsWith('Z') ? [] : [{ ...ids, command }]
    })
}

/** Kills a process that was listed, unless it has ended meanwhile. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Everything that was started by a process, and by those. */
export function descendantsOf(pid: number): ListedProcess[] {
  const all = listProcesses()
  const below = (parent: number): ListedProcess[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)])
  return below(pid)
}
