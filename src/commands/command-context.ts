import type { Readable, Writable } from 'node:stream'
import type { Config } from '../config.ts'
import type { Logger } from '../platform/logger.ts'

/** All that a command sees of the process that it runs in. */
export interface CommandContext {
  readonly stdin: Readable
  /** For what was asked for, and nothing else. */
  readonly stdout: Writable
  /** For all that a person is told beside that. */
  readonly stderr: Writable
  /** Fires when the process is told to stop; its reason is a text that says by what. */
  readonly signal: AbortSignal
  /** @throws {ConfigError} that names every bad setting at once */
  readConfig(): Config
  createLog(command: string, level: string, to: 'stdout' | 'stderr'): Logger
  /** Tells the process that started this one, if it listens. */
  report(message: ProcessReport): void
}

/** What a process says to the one that started it: that it listens, or why it ends and how. */
export type ProcessReport =
  | { readonly port: number }
  | { readonly problem: string; readonly exitCode: number }

/** What is logged beside something that a person or a script reads: warnings, or less where the settings say so. */
export const quietLevel = ({ logLevel }: Config): string =>
  ['error', 'fatal', 'silent'].includes(logLevel) ? logLevel : 'warn'

/** Writes a text and a line's end; resolves when it is out, since a process that ends before would cut it short. */
export function print(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(`${text}\n`, () => resolve()))
}

/** True for a terminal that shows colours and is not told otherwise by NO_COLOR. */
export function hasColors(stream: Writable): boolean {
  return 'hasColors' in stream && typeof stream.hasColors === 'function' && stream.hasColors() === true
}
