import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const CONSOLE = join(import.meta.dirname, '../../../console')

/** Builds the console as it is, unless it is built already. */
export const buildConsole = () =>
  promisify(execFile)(process.execPath, [join(CONSOLE, 'build.ts'), '--if-changed'])
