import { setTimeout as pause } from 'node:timers/promises'
import { type Exit, type SplitrunProcess, startProcess } from '../support/processes.ts'
import type { Cleanup } from '../support/system.ts'

const RESTART_MS = 250

/** One place in the fleet: a process that is kept running, except while a fault has taken it down. */
export interface Member {
  readonly name: string
  /** Its URL; null for a worker, and while nothing is known to listen. */
  url(): string | null
  /** Sends a signal that the process does not survive, and waits for its end. Null when it was not up (yet). */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit | null>
  /** Makes it stand still until it is thawed by what this returns. */
  freeze(): () => void
  /** Starts it, again and again until it is up. */
  start(): Promise<void>
  /** How often it ended though nobody had ended it. */
  crashes(): number
  /** All that its processes wrote, one text per process. */
  logs(): string[]
}

export function startMember(
  t: Cleanup,
  name: string,
  command: 'api' | 'worker',
  env: Record<string, string>,
): Member {
  const lives: SplitrunProcess[] = []
  let running: SplitrunProcess | null = null
  let isUp = false
  let url: string | null = null
  let crashes = 0
  let over = false
  t.after(() => {
    over = true
  })

  async function begin(): Promise<boolean> {
    const life = startProcess(t, command, env)
    lives.push(life)
    running = life
    // However long it takes: it waits for its Redis by itself, and ends when that is in vain.
    const up = command === 'api' ? life.listening : life.wrote(/"consuming"/)
    const came = await up.then(() => true).catch(() => false)
    if (!came || running !== life) {
      if (running === life) forget()
      await life.stop('SIGKILL')
      return false
    }
    isUp = true
    url = command === 'api' ? `http://127.0.0.1:${await life.listening}` : null
    void life.exited.then(async () => {
      if (running !== life) return
      forget()
      if (over) return
      crashes += 1
      await pause(RESTART_MS)
      await member.start()
    })
    return true
  }

  function forget(): void {
    running = null
    isUp = false
    url = null
  }

  const member: Member = {
    name,
    url: () => url,
    crashes: () => crashes,
    logs: () => lives.map((life) => life.output()),
    async end(signal) {
      const [life, wasUp] = [running, isUp]
      forget()
      const exit = await life?.stop(signal)
      return exit && wasUp ? exit : null
    },
    freeze() {
      const life = running
      life?.signal('SIGSTOP')
      // That very process, though it may have been asked to stop meanwhile.
      return () => life?.signal('SIGCONT')
    },
    async start() {
      while (!over && !running && !(await begin())) await pause(RESTART_MS)
    },
  }
  return member
}
