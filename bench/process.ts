import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** A process that is measured. */
export interface Measured {
  readonly name: string
  readonly pid: number
  /** CPU seconds so far, of the user and the system. */
  cpu(): number
  /** Seconds so far in which its main thread could have worked and no core was free; 0 where the kernel does not say. */
  waited(): number
  /** Resident memory now, in bytes. */
  memory(): number
  stop(): Promise<void>
}

export interface Started extends Measured {
  /** What it printed as its port; 0 when it has none. */
  readonly port: number
}

const TICKS_PER_SECOND = 100
const PAGE = 4096
/** What our processes and the others say when they are up. */
const UP = /listening (\d+)|"port":(\d+)[^\n]*"listening"|"consuming"|Ready for connections/

/** Reads from /proc what a process has used; the benchmark runs on Linux only. */
export function measured(name: string, pid: number, stop: () => Promise<void>): Measured {
  const fields = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
  return {
    name,
    pid,
    cpu() {
      const line = fields('stat')
      const after = line.slice(line.lastIndexOf(')') + 2).split(' ')
      return (Number(after[11]) + Number(after[12])) / TICKS_PER_SECOND
    },
    waited() {
      try {
        return Number(fields('schedstat').split(' ')[1]) / 1e9
      } catch {
        return 0
      }
    },
    memory: () => Number(fields('statm').split(' ')[1]) * PAGE,
    stop,
  }
}

/**
 * Tells, of the time since this call, which share some processes spent waiting for a core, of all that they worked or
 * waited: so much of any stall of theirs is the machine's doing.
 */
export function shareWaited(processes: readonly Measured[]): () => number {
  const sum = (value: (each: Measured) => number) => processes.reduce((all, each) => all + value(each), 0)
  const read = () => ({ waited: sum((each) => each.waited()), worked: sum((each) => each.cpu()) })
  const before = read()
  return () => {
    const now = read()
    const waited = now.waited - before.waited
    return waited / (waited + now.worked - before.worked)
  }
}

/**
 * Starts a Node program and waits until it says `listening PORT`, or in a log line of JSON what it listens on. What is
 * not stopped ends with this process, by its supervisor.
 */
export async function startNode(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Started> {
  const { PATH = '', HOME = '' } = process.env
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk
      const match = UP.exec(text)
      if (!match) return
      // Whatever it logs from now on is taken and not looked at: this process has a load to generate.
      child.stdout?.off('data', read).resume()
      resolve(Number(match[1] ?? match[2] ?? 0))
    }
    child.stdout?.on('data', read)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${text}`)))
  })
  return {
    ...measured(name, child.pid ?? 0, async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }),
    port,
  }
}
