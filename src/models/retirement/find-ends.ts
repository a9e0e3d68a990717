import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../platform/logger.ts'
import type { Model } from '../model.ts'
import { ServerUnreachable } from '../servers/call-server.ts'
import { findListed, listServedModels, NotListed } from '../servers/list-served-models.ts'

/** Between two servers, so that a round of many does not come as a burst, in ms. */
const BETWEEN_MS = 50

/**
 * When the configured models end, by their ids, as far as their servers say. A server that lists nothing is no fault: many
 * have no list.
 */
export async function findEnds(
  models: readonly Model[],
  log: Logger,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const ends = new Map<string, string>()
  const servers = new Map(models.map(({ server }) => [server.name, server]))
  for (const server of servers.values()) {
    if (signal.aborted) return ends
    try {
      const listed = await listServedModels(server, signal)
      for (const model of models.filter((each) => each.server.name === server.name)) {
        const end = findListed(listed, model)?.shutdownDate
        if (end) ends.set(model.id, end)
      }
    } catch (error) {
      if (!(error instanceof NotListed || error instanceof ServerUnreachable)) throw error
      log.info({ server: server.name, reason: error.message }, 'the server does not say when its models end')
    }
    await pause(BETWEEN_MS, undefined, { ref: false })
  }
  return ends
}
