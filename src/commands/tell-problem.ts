import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { hasColors } from './command-context.ts'

/** What every line about a problem begins with. */
export const problemLabel = (stderr: Writable): string =>
  hasColors(stderr) ? styleText('red', 'splitrun:', { validateStream: false }) : 'splitrun:'
