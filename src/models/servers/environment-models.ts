import type { Model, OutputCapability } from '../model.ts'
import { describeModel } from './describe-model.ts'
import { type ReadSecret, readProxy } from './read-transport.ts'

/** The settings of the one server that the environment may name. */
export interface EnvironmentServer {
  readonly openaiBaseUrl: string | null
  readonly openaiApiKey: string | null
  readonly modelNames: readonly string[]
  readonly modelOutput: OutputCapability
  /** Seconds. */
  readonly modelTimeout: number
}

/**
 * The models of the one server that the environment names.
 * @throws {Error} that says how to choose, when none is named: names of models end, so none stands here as a default
 */
export function environmentModels(settings: EnvironmentServer, readSecret: ReadSecret): Model[] {
  const baseUrl = settings.openaiBaseUrl ?? 'https://api.openai.com/v1'
  const host = new URL(baseUrl).hostname
  const provider = host === 'api.openai.com' ? 'openai' : host
  const proxy = readProxy(undefined, readSecret)
  const server = {
    name: provider,
    baseUrl,
    apiKey: settings.openaiApiKey ?? '',
    timeoutMs: settings.modelTimeout * 1000,
    ...(proxy
      ? { transport: { auth: 'bearer', headers: {}, query: {}, proxy, tls: {}, secrets: [] } as const }
      : {}),
  }
  if (settings.modelNames.length === 0) throw new Error(howToChoose(baseUrl))
  return [...new Set(settings.modelNames)].map((name) =>
    describeModel({ name, provider, server, output: settings.modelOutput, supportsVision: true }),
  )
}

/** What to do when there is a server and no name of a model. `listed`: names that the server lists. */
export function howToChoose(baseUrl: string, listed: readonly string[] = []): string {
  const some = listed.slice(0, 20).join(', ')
  const names = some ? `; it lists ${some}${listed.length > 20 ? ` and ${listed.length - 20} more` : ''}` : ''
  const say = `set SPLITRUN_MODELS to those that tasks may use, separated by commas`
  return `no model of ${new URL(baseUrl).host} is chosen: ${say}. GET ${new URL(baseUrl).pathname.replace(/\/$/, '')}/models lists them${names}`
}
