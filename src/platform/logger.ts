import { type Logger, pino } from 'pino'
import { isoWriter } from './iso-time.ts'

export type { Logger }

/** Names under which a secret could reach a log line, at any depth that our own lines use. */
const SECRETS = new Set([
  ...['authorization', 'token', 'secret', 'apiKey', 'api_key', 'access_token', 'client_secret'],
])

/**
 * Structured JSON lines. Inputs and outputs of runs are never logged; secrets are
 * censored by name as a second line of defence.
 * @param dest 1 for standard output, 2 for standard error
 */
export function createLogger(level: string, bindings: Record<string, unknown> = {}, dest: 1 | 2 = 1): Logger {
  const iso = isoWriter()
  return pino(
    {
      level,
      base: bindings,
      serializers: { err: describeError },
      timestamp: () => `,"time":"${iso(Date.now())}"`,
      formatters: { log: censor },
      hooks: { streamWrite: toBytes },
    },
    // Buffered, since a write costs as much as ten lines; flushed twice a second and at exit. Where nobody reads on, what
    // is too much is dropped.
    pino.destination({
      dest,
      contentMode: 'buffer',
      sync: false,
      minLength: 64_000,
      maxWrite: 128_000,
      maxLength: LOG_BUFFER,
      periodicFlush: 500,
    }),
  )
}

/**
 * A line as the destination takes it with `contentMode: 'buffer'`. Of a buffer of strings it counts the bytes anew with
 * each line (docs/decisions/tricks.md). The hook's type knows strings only.
 */
const toBytes = (line: string): string => Buffer.from(line) as unknown as string

/** Two levels deep; a line without secrets is left as it is. pino's own `redact` costs more than the rest of a line. */
function censor(line: Record<string, unknown>, _: unknown = null, depth = 1): Record<string, unknown> {
  let censored = line
  for (const name in line) {
    const value = line[name]
    const shown = SECRETS.has(name)
      ? '[secret]'
      : depth > 0 && typeof value === 'object' && value !== null && !(value instanceof Error)
        ? censor(value as Record<string, unknown>, null, depth - 1)
        : value
    if (shown === value) continue
    if (censored === line) censored = { ...line }
    censored[name] = shown
  }
  return censored
}

/** Bytes. */
const LOG_BUFFER = 16_000_000
const LONGEST_TEXT = 4000
const MOST_CAUSES = 5

/**
 * An error as it is logged: what kind, what it says and where it came from, and the same of its causes. Nothing else
 * that hangs on it: the Redis client hangs the whole command on its errors, with the inputs and outputs of runs.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' ? typeof error : error
  const { name, message, stack, cause } = error
  const { code, reason } = error as { code?: unknown; reason?: unknown }
  return {
    type: name,
    message: message.slice(0, LONGEST_TEXT),
    stack: stack?.slice(0, LONGEST_TEXT),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(cause !== undefined && depth < MOST_CAUSES ? { cause: describeError(cause, depth + 1) } : {}),
  }
}

/** A logger that writes nothing: for tests and one-shot commands. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' })
}
