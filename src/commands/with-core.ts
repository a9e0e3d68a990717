import type { Core } from '../compose/compose-core.ts'
import { type CommandContext, quietLevel } from './command-context.ts'
import { CommandError, EXIT_CODES } from './exit-codes.ts'

/**
 * Does one piece of work on the stores, and closes what it needed. Warnings go to standard error, so that standard
 * output holds the result alone.
 * @throws {CommandError} when it is told to stop before Redis is there; work that has begun is finished
 */
export async function withCore<T>(
  context: CommandContext,
  command: string,
  work: (core: Core) => Promise<T>,
): Promise<T> {
  const config = context.readConfig()
  const { composeCore } = await import('../compose/compose-core.ts')
  const { givenOrRunningRedis } = await import('../compose/compose-redis.ts')
  const log = context.createLog(command, quietLevel(config), 'stderr')
  const opening = composeCore(config, log, config.simulatedUrl, context.signal, givenOrRunningRedis)
  const core = await opening.catch((error: Error) => {
    if (error.name !== 'AbortError' || !context.signal.aborted) throw error
    throw new CommandError('interrupted before it was done', EXIT_CODES.interrupted)
  })
  try {
    return await work(core)
  } finally {
    await core.lifecycle.close()
  }
}
