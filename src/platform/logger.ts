import { type Logger, pino } from 'pino'

export type { Logger }

/** Names under which a secret could reach a log line, at any depth that our own lines use. */
const SECRETS = ['authorization', 'token', 'secret', 'apiKey', 'api_key', 'access_token', 'client_secret']

/**
 * Structured JSON lines on standard output. Inputs and outputs of runs are never logged; secrets are
 * censored by name as a second line of defence.
 */
export function createLogger(level: string, bindings: Record<string, unknown> = {}): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`)], censor: '[secret]' },
    },
    // Buffered, since a write per line costs more than the line; flushed twice a second and at exit.
    pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 500 }),
  )
}

/** A logger that writes nothing: for tests and one-shot commands. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' })
}
