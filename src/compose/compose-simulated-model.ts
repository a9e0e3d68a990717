import type { Config } from '../config.ts'
import { needsSimulatedModel } from '../models/servers/load-models.ts'
import { startSimulatedModel } from '../models/simulated/simulated-model.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/logger.ts'

/** The URL of the simulated model: of one that runs already, or of one that is started here. Null when none is needed. */
export async function composeSimulatedModel(config: Config, lifecycle: Lifecycle): Promise<string | null> {
  if (!needsSimulatedModel(config) || config.simulatedUrl) return config.simulatedUrl
  return openSimulatedModel(config, lifecycle)
}

/** Says in the log of a process that serves that nothing real answers: a key that was forgotten looks like success. */
export function sayThatAnswersAreSimulated({ config, log }: { config: Config; log: Logger }): void {
  if (!needsSimulatedModel(config)) return
  log.warn('no model is configured: answers are simulated, with content that is made up')
}

/** Starts a simulated model here. Returns its URL, including /v1. */
export async function openSimulatedModel(config: Config, lifecycle: Lifecycle): Promise<string> {
  const model = await startSimulatedModel({
    port: config.simulatedPort,
    latencyMs: config.simulatedLatency * 1000,
    jitterMs: config.simulatedJitter * 1000,
    tokensPerSecond: config.simulatedTokensPerSecond,
    seed: config.simulatedSeed,
    refuses: config.simulatedRefuses,
    noSystemTurn: config.simulatedNoSystemTurn,
    shutdownDate: config.simulatedShutdownDate,
    faults: {
      rateLimited: config.simulatedRateLimited,
      serverError: config.simulatedServerError,
      hang: config.simulatedHang,
      cut: config.simulatedCut,
      invalidJson: config.simulatedInvalidJson,
      schemaViolation: config.simulatedSchemaViolation,
      truncated: config.simulatedTruncated,
      filtered: config.simulatedFiltered,
      declined: config.simulatedDeclined,
      empty: config.simulatedEmpty,
      errorInAnswer: config.simulatedErrorInAnswer,
      reasoning: config.simulatedReasoning,
      noQuota: config.simulatedNoQuota,
      loading: config.simulatedLoading,
    },
  })
  lifecycle.onClose('simulated model', () => model.close())
  return model.url
}
