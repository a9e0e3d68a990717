import type { Model } from '../model.ts'
import { type EnvironmentServer, environmentModels } from './environment-models.ts'
import { readModelsFile } from './read-models-file.ts'
import type { ReadSecret } from './read-transport.ts'
import { simulatedModels } from './simulated-models.ts'

export interface ModelSettings extends EnvironmentServer {
  readonly modelsFile: string | null
}

/** True when no real model is configured: the simulated model is used then. */
export function needsSimulatedModel(settings: ModelSettings): boolean {
  return !settings.modelsFile && !settings.openaiBaseUrl && !settings.openaiApiKey
}

/**
 * The models of this installation: from the models file, else of the one server in the environment, else the simulated
 * ones at `simulatedUrl` (null in the API process, which never calls a model).
 * @throws {Error} with the file and the place in it, when it cannot be read; for names of models without a server
 */
export function loadModels(
  settings: ModelSettings,
  simulatedUrl: string | null,
  readSecret: ReadSecret,
): Model[] {
  const timeoutMs = settings.modelTimeout * 1000
  if (settings.modelsFile) return readModelsFile(settings.modelsFile, timeoutMs, readSecret)
  if (!needsSimulatedModel(settings)) return environmentModels(settings, readSecret)
  if (settings.modelNames.length > 0) {
    throw new Error(
      'SPLITRUN_MODELS names models, and nothing their server: set OPENAI_API_KEY or OPENAI_BASE_URL',
    )
  }
  const baseUrl = simulatedUrl ?? 'http://127.0.0.1:9/v1'
  return simulatedModels({ name: 'simulated', baseUrl, apiKey: 'simulated', timeoutMs })
}
