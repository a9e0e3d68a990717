import { type Config, ConfigError } from '../../config.ts'
import { howToChoose } from '../../models/servers/environment-models.ts'
import { needsSimulatedModel } from '../../models/servers/load-models.ts'

/** A server with more models than this serves everybody's: it does not say which are meant. */
const MOST_MODELS = 50

/**
 * The configured names; else what the server lists, where it is one of your own, so that pointing at it is enough.
 * @throws {ConfigError} that says how to choose, for OpenAI and others with a long list, and where none can be read
 */
export async function findModelNames(config: Config): Promise<string[]> {
  if (needsSimulatedModel(config) || config.modelsFile || config.modelNames.length > 0) {
    return [...config.modelNames]
  }
  const baseUrl = config.openaiBaseUrl ?? 'https://api.openai.com/v1'
  const names = await listModels(baseUrl, config.openaiApiKey)
  if (!config.openaiBaseUrl || names.length === 0 || names.length > MOST_MODELS) {
    throw new ConfigError(howToChoose(baseUrl, names))
  }
  return names
}

/** Empty when the server does not say. */
async function listModels(baseUrl: string, key: string | null): Promise<string[]> {
  try {
    const answer = await fetch(`${baseUrl.replace(/\/$/, '')}/models`, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(3000),
    })
    const { data } = (await answer.json()) as { data: { id: string }[] }
    return data.map(({ id }) => id)
  } catch {
    return []
  }
}
