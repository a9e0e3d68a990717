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

/** The models of the one server that the environment names. */
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
  const names = settings.modelNames.length > 0 ? settings.modelNames : ['gpt-5-mini']
  return names.map((name) =>
    describeModel({ name, provider, server, output: settings.modelOutput, supportsVision: true }),
  )
}
