#!/usr/bin/env node
import type { CommandContext } from './commands/command-context.ts'
import { EXIT_CODES } from './commands/exit-codes.ts'
import { runCommandLine } from './commands/run-command-line.ts'
import { readConfig } from './config.ts'
import { createLogger, type Logger } from './platform/logger.ts'

const stopping = new AbortController()
let log: Logger | undefined

const context: CommandContext = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stopping.signal,
  readConfig,
  createLog(command, level, to) {
    log = createLogger(level, { process: command, pid: process.pid }, to === 'stdout' ? 1 : 2)
    return log
  },
  report: (message) => void process.send?.(message),
}

function stop(reason: string): void {
  // A second signal is a person who does not want to wait.
  if (stopping.signal.aborted && reason === 'SIGINT') process.exit(EXIT_CODES.interrupted)
  stopping.abort(reason)
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader may stop reading, as head does. A full disk is another matter.
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.done)
  process.stderr.write(`splitrun: ${error.message}\n`)
  process.exit(EXIT_CODES.failed)
})
// Whoever does not read what is wrong ends nothing by that.
process.stderr.on('error', () => {})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal))
process.on('disconnect', () => stop('parent is gone'))
process.on('unhandledRejection', (error) => {
  if (log) log.error({ err: error }, 'unhandled rejection')
  else process.stderr.write(`splitrun: unhandled rejection: ${(error as Error)?.stack ?? error}\n`)
})

void runCommandLine(process.argv.slice(2), context).then((exitCode) => {
  // What was written and sent is out before the process ends.
  process.stdout.write('', () => setImmediate(() => process.exit(exitCode)))
})
