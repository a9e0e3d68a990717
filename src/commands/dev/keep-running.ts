import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment } from '../../config.ts'
import type { Logger } from '../../platform/logger.ts'
import type { ProcessReport } from '../command-context.ts'
import { CommandError } from '../exit-codes.ts'

const CLI = join(import.meta.dirname, '../../cli.ts')
const RESTART_MS = 500

/** A process that is kept running. */
export interface KeptProcess {
  /** Resolves with the port that it listens on; rejects when it says why it cannot start. A worker never listens. */
  readonly listening: Promise<number>
  /** Ends it for good; resolves when it is gone. */
  stop(): Promise<void>
}

/** Starts a process of this project, and starts it again whenever it ends before its time. Its log goes to a file. */
export function keepRunning(
  command: 'api' | 'worker',
  settings: Record<string, string>,
  dataDir: string,
  log: Logger,
): KeptProcess {
  const out = openSync(join(dataDir, 'logs', `${command}.log`), 'a', 0o600)
  let child: ChildProcess
  let stopping = false
  const { promise: listening, resolve: heard, reject: failed } = Promise.withResolvers<number>()
  // Of a worker nobody waits for it; what is wrong with one stands in its log.
  listening.catch(() => {})

  function start(): void {
    // A group of its own: Ctrl-C reaches only the parent, which then stops its children in order. The channel tells a
    // child that its parent is gone, however that came about.
    child = spawn(process.execPath, [CLI, command], {
      env: childEnvironment(settings),
      stdio: ['ignore', out, out, 'ipc'],
      detached: true,
    })
    let listened = false
    child.on('message', (message: ProcessReport) => {
      if ('problem' in message) return failed(new CommandError(message.problem, message.exitCode))
      listened = true
      heard(message.port)
    })
    child.once('exit', (code, signal) => {
      if (stopping) return
      if (!listened && command === 'api')
        failed(new CommandError(`the API did not start; see ${dataDir}/logs/api.log`))
      log.warn({ command, code, signal }, 'a process ended; starting it again')
      setTimeout(() => {
        if (!stopping) start()
      }, RESTART_MS)
    })
  }
  start()

  return {
    listening,
    stop: () =>
      new Promise<void>((done) => {
        stopping = true
        if (child.exitCode !== null || child.signalCode !== null) return done()
        child.once('exit', () => done())
        child.kill('SIGTERM')
      }),
  }
}
