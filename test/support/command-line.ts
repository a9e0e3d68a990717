import { PassThrough, Readable } from 'node:stream'
import type { Command } from 'commander'
import { pino } from 'pino'
import type { CommandContext, ProcessReport } from '../../src/commands/command-context.ts'
import { createProgram } from '../../src/commands/program.ts'
import { runCommandLine } from '../../src/commands/run-command-line.ts'
import { readConfig } from '../../src/config.ts'

/** How a command ended, and what it wrote. */
export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on in this process. */
export interface RunningCommand {
  /** Resolves with the port that it reports; rejects when it ends without one. */
  readonly listening: Promise<number>
  /** Resolves with the first match in what it writes to standard output; rejects when it ends without one. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>
  /** Tells it to stop, as a signal does, and waits for its end. */
  stop(reason?: string): Promise<CommandResult>
  readonly ended: Promise<CommandResult>
}

export interface CommandOptions {
  /** Settings by their environment names. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Standard output and error are terminals with colours. */
  readonly colors?: boolean
}

function createContext(
  options: CommandOptions,
  streams: { readonly stdout: PassThrough; readonly stderr: PassThrough },
) {
  const stopping = new AbortController()
  const port = Promise.withResolvers<number>()
  const context: CommandContext = {
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    ...streams,
    signal: stopping.signal,
    readConfig: () => readConfig(options.env ?? {}),
    createLog: (command, level, to) => pino({ level, base: { process: command } }, streams[to]),
    report: (message: ProcessReport) => {
      if ('port' in message) port.resolve(message.port)
    },
  }
  return { context, stopping, port }
}

/** All commands that there are, for tests that walk over them. */
export const listCommands = (): Command[] => {
  const { context } = createContext({}, { stdout: new PassThrough(), stderr: new PassThrough() })
  return [...createProgram(context).commands]
}
export const commandNames = (): string[] => listCommands().map((command) => command.name())

/** Starts `splitrun ...args` in this process. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const { context, stopping, port } = createContext(options, streams)
  const written = { stdout: '', stderr: '' }
  const heard = new EventTarget()
  for (const name of ['stdout', 'stderr'] as const) {
    if (options.colors) Object.assign(streams[name], { hasColors: () => true })
    streams[name].on('data', (chunk: Buffer) => {
      written[name] += chunk
      heard.dispatchEvent(new Event('output'))
    })
  }
  let over = false
  const ended = runCommandLine(args, context).then((code) => {
    over = true
    port.reject(new Error(`${args[0]} ended before it listened:\n${written.stderr}`))
    heard.dispatchEvent(new Event('output'))
    return { code, ...written }
  })
  // Most commands never listen, and nobody asks.
  port.promise.catch(() => {})
  return {
    ended,
    listening: port.promise,
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(written.stdout)
          if (match) resolve(match)
          else if (over) reject(new Error(`${args[0]} ended without ${pattern}:\n${written.stderr}`))
          if (match || over) heard.removeEventListener('output', look)
        }
        heard.addEventListener('output', look)
        look()
      }),
    stop(reason = 'SIGTERM') {
      stopping.abort(reason)
      return ended
    },
  }
}

/** Runs `splitrun ...args` in this process, to its end. */
export const runHere = (args: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  startCommand(args, options).ended
