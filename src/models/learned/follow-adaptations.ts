import { setInterval } from 'node:timers'
import type { Logger } from '../../platform/logger.ts'
import type { ModelRegistry } from '../model-registry.ts'
import type { AdaptationStore } from './adaptation-store.ts'

/** How often a process looks what others have learned, in ms: one small read. */
const EVERY_MS = 30_000

/** Keeps a process's models as the fleet has learned to ask them; what is no longer believed is forgotten. */
export function followAdaptations(deps: {
  store: AdaptationStore
  models: ModelRegistry
  log: Logger
  now: () => number
}): { close(): void } {
  const { store, models, log, now } = deps
  const look = () =>
    store.read(now()).then(
      (found) => models.adaptAll(found),
      (error: unknown) => log.debug({ err: error }, 'what was learned about models cannot be read now'),
    )
  void look()
  const timer = setInterval(look, EVERY_MS)
  timer.unref()
  return { close: () => clearInterval(timer) }
}
