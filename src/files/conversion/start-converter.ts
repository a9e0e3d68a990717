import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { readFrames, sendFrame } from './frames.ts'

export interface ConverterLimits {
  /** Bytes that it may take beside what it takes for itself. */
  readonly memory: number
  /** For one file. */
  readonly timeoutMs: number
}

/** The program of a process that converts files: it reads frames, and answers each with one. */
export interface ConverterProgram {
  readonly file: string
  readonly nodeOptions?: readonly string[]
  readonly arguments: readonly string[]
  /** Bytes; one that says more is ended. */
  readonly largestReply: number
}

/** What it said of a file; or how it died over it: of its time, by somebody else's hand, or by itself. */
export type ConverterReply =
  | { readonly kind: number; readonly data: Buffer }
  | { readonly died: 'late' | 'killed' | 'crashed' }

/** A process that converts files, one at a time. */
export interface Converter {
  ask(kind: number, bytes: Buffer): Promise<ConverterReply>
  kill(): void
  /** Rejects with what was in the way of its start. */
  readonly ended: Promise<unknown>
}

/** Memory for data that a process has reserved when it has done nothing yet; most of it is never touched. */
const OWN_BYTES = 750_000_000
/**
 * No core files; memory as it is limited (where the system knows how: Linux does), and the first to be ended when the
 * machine has none left, before the process that started it.
 */
const START =
  'ulimit -c 0; ulimit -d "$0" 2>/dev/null; echo 1000 2>/dev/null >/proc/self/oom_score_adj; exec "$@"'

export function startConverter(program: ConverterProgram, { memory, timeoutMs }: ConverterLimits): Converter {
  const kilobytes = String(Math.ceil((OWN_BYTES + memory) / 1024))
  const { nodeOptions = [], file } = program
  const command = [process.execPath, ...nodeOptions, file, ...program.arguments]
  const child = spawn('/bin/sh', ['-c', START, kilobytes, ...command], {
    // It knows nothing of what this process knows: it reads what strangers send.
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let waiting: PromiseWithResolvers<ConverterReply> | null = null
  let late = false
  readFrames(child.stdout, program.largestReply, (kind, data) => waiting?.resolve({ kind, data }))
  // That it has ended is told by its end.
  for (const stream of [child.stdin, child.stdout]) stream.on('error', () => {})
  const ended = once(child, 'exit').then(
    ([, signal]) => waiting?.resolve({ died: late ? 'late' : signal === 'SIGKILL' ? 'killed' : 'crashed' }),
    (error: unknown) => {
      waiting?.reject(error)
      throw error
    },
  )
  /** While it has nothing to do it does not keep this process. */
  function keep(kept: boolean): void {
    for (const each of [child, child.stdin, child.stdout]) {
      if (each !== child && !(each instanceof Socket)) continue
      kept ? each.ref() : each.unref()
    }
  }
  ended.catch(() => {})

  return {
    ended,
    kill() {
      keep(true)
      child.kill('SIGKILL')
    },
    async ask(kind, bytes) {
      waiting = Promise.withResolvers()
      keep(true)
      if (child.exitCode !== null || child.signalCode !== null) return { died: 'killed' }
      const timer = setTimeout(() => {
        late = true
        child.kill('SIGKILL')
      }, timeoutMs)
      try {
        sendFrame(child.stdin, kind, bytes)
        return await waiting.promise
      } finally {
        clearTimeout(timer)
        waiting = null
        keep(false)
      }
    },
  }
}
