import type { Config } from '../../config.ts'
import { needsSimulatedModel } from '../../models/servers/load-models.ts'

/** What an OpenAI-compatible server lists, so that pointing at one is enough. The configured names win. */
export async function findModelNames(config: Config): Promise<string[]> {
  if (
    needsSimulatedModel(config) ||
    config.modelsFile ||
    config.modelNames.length > 0 ||
    !config.openaiBaseUrl
  ) {
    return [...config.modelNames]
  }
  try {
    const answer = await fetch(`${config.openaiBaseUrl.replace(/\/$/, '')}/models`, {
      headers: config.openaiApiKey ? { authorization: `Bearer ${config.openaiApiKey}` } : {},
      signal: AbortSignal.timeout(3000),
    })
    const { data } = (await answer.json()) as { data: { id: string }[] }
    return data.map(({ id }) => id).slice(0, 50)
  } catch {
    // A server that lists nothing is asked for the default model.
    return []
  }
}
