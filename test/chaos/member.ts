import { setTimeout as pause } from 'node:timers/promises'
import { type Exit, type SplitrunProcess, startProcess } from '../support/processes.ts'
import type { Cleanup } from '../support/system.ts'

const RESTART_MS = 250

/** What a process is started with beside the settings of the fleet. */
export interface Life {
  /** Settings over those of the fleet. */
  readonly env?: Readonly<Record<string, string>>
  /** A program that is given its command line. */
  readonly through?: readonly string[]
  /** It may well end by itself, which is no crash then. */
  readonly mayEnd?: boolean
}

/** One place in the fleet: a process that is kept running, except while a fault has taken it down. */
export interface Member {
  readonly name: string
  readonly command: 'api' | 'worker'
  /** Its URL; null for a worker, and while nothing is known to listen. */
  url(): string | null
  /** Null while none is up. */
  pid(): number | null
  /** Sends a signal that the process does not survive, and waits for its end. Null when it was not up (yet). */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit | null>
  /** Sends a signal that the process survives; nothing happens while none is up. */
  signal(signal: NodeJS.Signals): void
  /** Makes it stand still until it is thawed by what this returns. */
  freeze(): () => void
  /**
   * Starts it, again and again until it is up or is ended by the next fault. It is started in the same way whenever it
   * ends by itself.
   */
  start(life?: Life): Promise<void>
  /** How often it ended though nobody had ended it. */
  crashes(): number
  /** All that its processes wrote, one text per process. */
  logs(): string[]
}

/** @param settings those of the fleet, as they are when a process is started */
export function startMember(
  t: Cleanup,
  name: string,
  command: 'api' | 'worker',
  settings: () => Readonly<Record<string, string>>,
): Member {
  const lives: SplitrunProcess[] = []
  let running: SplitrunProcess | null = null
  let isUp = false
  let url: string | null = null
  let crashes = 0
  /** What it is to be; null while it is to be down. Whoever wants another one up gives up. */
  let current: Life | null = null
  t.after(() => {
    current = null
  })

  async function begin(life: Life): Promise<boolean> {
    const process = startProcess(t, command, { ...settings(), ...life.env }, life.through)
    lives.push(process)
    running = process
    // However long it takes: it waits for its Redis by itself, and ends when that is in vain.
    const up = command === 'api' ? process.listening : process.wrote(/"consuming"/)
    const came = await up.then(() => true).catch(() => false)
    if (!came || running !== process) {
      if (running === process) forget()
      await process.stop('SIGKILL')
      return false
    }
    isUp = true
    url = command === 'api' ? `http://127.0.0.1:${await process.listening}` : null
    void process.exited.then(async () => {
      if (running !== process) return
      forget()
      const next = current
      if (!next) return
      if (!life.mayEnd) crashes += 1
      await pause(RESTART_MS)
      await keep(next)
    })
    return true
  }

  async function keep(life: Life): Promise<void> {
    while (current === life && !running && !(await begin(life))) await pause(RESTART_MS)
  }

  function forget(): void {
    running = null
    isUp = false
    url = null
  }

  return {
    name,
    command,
    url: () => url,
    pid: () => (isUp ? (running?.pid ?? null) : null),
    crashes: () => crashes,
    logs: () => lives.map((life) => life.output()),
    async end(signal) {
      const [process, wasUp] = [running, isUp]
      current = null
      forget()
      const exit = await process?.stop(wasUp ? signal : 'SIGKILL')
      return exit && wasUp ? exit : null
    },
    signal(signal) {
      if (isUp) running?.signal(signal)
    },
    freeze() {
      const life = running
      life?.signal('SIGSTOP')
      // That very process, though it may have been asked to stop meanwhile.
      return () => life?.signal('SIGCONT')
    },
    start(life = {}) {
      current = life
      return keep(life)
    },
  }
}
