import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/logger.ts'
import type { CommandContext } from './command-context.ts'
import { CommandError } from './exit-codes.ts'

/** Seconds that a stopping process may take in all: the grace of its work, and some more for what is below it. */
export const closingTime = (config: Config): number => config.shutdownGrace + 10

/**
 * Runs what `start` opens until the process is told to stop, and closes it in reverse order; also when the start fails.
 * To be told to stop before the start was over is no failure.
 * @param limit seconds
 * @throws {CommandError} when closing takes longer than the limit: a closer that hangs must not keep the process, since
 *   what is durable is in Redis
 */
export async function serve(
  { signal }: CommandContext,
  log: Logger,
  limit: number,
  start: (lifecycle: Lifecycle) => Promise<void>,
): Promise<void> {
  const lifecycle = new Lifecycle(log)
  try {
    await start(lifecycle)
    if (!signal.aborted) await once(signal, 'abort')
    log.info({ reason: signal.reason }, 'stopping')
  } catch (error) {
    const isToldToStop = signal.aborted && (error as Error).name === 'AbortError'
    if (!isToldToStop) throw error
  } finally {
    await closeWithin(lifecycle, limit)
  }
}

async function closeWithin(lifecycle: Lifecycle, seconds: number): Promise<void> {
  const isClosed = await Promise.race([
    lifecycle.close().then(() => true),
    pause(seconds * 1000, false, { ref: false }),
  ])
  if (!isClosed) throw new CommandError(`closing took longer than ${seconds} s`)
}
