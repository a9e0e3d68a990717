import { readFileSync } from 'node:fs'
import { isHeaderValue, NO_HEADER_VALUE } from '../../platform/header-value.ts'
import { parseJsonFile } from '../../platform/json/parse-json-file.ts'
import { prettyIssues } from '../../platform/told-issues.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Model, ModelPrice, ModelServer } from '../model.ts'
import { type RequestRules, usualRules } from '../request-rules.ts'
import { describeModel } from './describe-model.ts'
import { type ModelEntry, modelsFileSchema, type ServerEntry } from './models-file-schema.ts'
import { type ReadSecret, readTransport } from './read-transport.ts'

/**
 * The models of a models file.
 * @param timeoutMs of a server that has none of its own
 * @throws {Error} with the file and the place in it, when it cannot be used
 */
export function readModelsFile(file: string, timeoutMs: number, readSecret: ReadSecret): Model[] {
  try {
    const parsed = modelsFileSchema.safeParse(parseJsonFile(readFileSync(file)))
    if (!parsed.success) throw new Error(prettyIssues(parsed.error))
    const { servers: entries } = parsed.data
    const servers = new Map(
      // A server that no model uses may want a key that this machine does not have.
      Object.entries(entries)
        .filter(([name]) => parsed.data.models.some(({ server }) => server === name))
        .map(([name, entry]) => [name, readServer(name, entry, timeoutMs, readSecret)]),
    )
    const models = parsed.data.models.map((entry) => {
      const from = entries[entry.server]
      const server = servers.get(entry.server)
      if (!from || !server) throw new Error(`${entry.name} names no known server: ${entry.server}`)
      return readModel(entry, server, from)
    })
    refuseSharedNames(models)
    return models
  } catch (cause) {
    throw new Error(`models file ${file}: ${(cause as Error).message}`, { cause })
  }
}

function readServer(
  name: string,
  entry: ServerEntry,
  timeoutMs: number,
  readSecret: ReadSecret,
): ModelServer {
  const apiKey = entry.api_key_env ? readSecret(entry.api_key_env) : ''
  if (apiKey === undefined || (entry.api_key_env && apiKey === ''))
    throw new Error(`server ${name} wants a key in ${entry.api_key_env}, which is not set`)
  if (!isHeaderValue(apiKey)) throw new Error(`server ${name}: ${entry.api_key_env} ${NO_HEADER_VALUE}`)
  try {
    return {
      name,
      baseUrl: entry.base_url,
      apiKey,
      timeoutMs: entry.timeout_seconds === undefined ? timeoutMs : entry.timeout_seconds * 1000,
      transport: readTransport(entry, readSecret),
      ...readLimits(entry),
    }
  } catch (cause) {
    throw new Error(`server ${name}: ${(cause as Error).message}`, { cause })
  }
}

/** What the configuration says of a model, and its endpoint cannot do. */
function refuseContradictions({ name, api, ...entry }: ModelEntry): void {
  if (api !== 'images' && api !== 'speech') {
    const makes = entry.supports_image_output || entry.supports_audio_output
    if (api === 'responses' && makes)
      throw new Error(`${name}: no pictures and recordings are made by "api": "responses"`)
    return
  }
  const takes = entry.supports_vision || entry.supports_pdf || entry.supports_audio
  if (takes) throw new Error(`${name}: by "api": "${api}" a model takes texts only`)
  const other = api === 'images' ? entry.supports_audio_output : entry.supports_image_output
  if (other) throw new Error(`${name}: "api": "${api}" makes nothing else`)
}

function readModel(entry: ModelEntry, server: ModelServer, from: ServerEntry): Model {
  refuseContradictions(entry)
  return describeModel({
    name: entry.name,
    ...(entry.id ? { id: entry.id } : {}),
    alias: entry.alias ?? entry.name,
    upstreamName: entry.upstream_name ?? entry.name,
    description: entry.description ?? '',
    provider: from.provider ?? entry.server,
    output: entry.output,
    supportsVision: entry.supports_vision,
    supportsImageOutput: entry.supports_image_output || entry.api === 'images',
    supportsAudioOutput: entry.supports_audio_output || entry.api === 'speech',
    supportsPdf: entry.supports_pdf,
    supportsAudio: entry.supports_audio,
    retired: entry.retired,
    api: entry.api ?? 'chat',
    stream: entry.stream ?? 'live',
    streamUsage: entry.stream_usage ?? true,
    rules: readRules(entry, from),
    price: readPrice(entry),
    reasoningInText: entry.reasoning_in_text ?? 'strip',
    ...readLimits(entry),
    ...(entry.max_output_tokens ? { maxOutputTokens: entry.max_output_tokens } : {}),
    server,
  })
}

function readRules(model: ModelEntry, server: ServerEntry): RequestRules {
  const usual = usualRules(server.base_url)
  return {
    renamed: model.parameters?.rename ?? server.parameters?.rename ?? usual.renamed,
    dropped: model.parameters?.drop ?? server.parameters?.drop ?? usual.dropped,
    added: model.parameters?.add ?? server.parameters?.add ?? usual.added,
    systemTurn: model.system_turn ?? server.system_turn ?? usual.systemTurn,
    dialect: model.schema_dialect ?? server.schema_dialect ?? usual.dialect,
    strict: model.strict ?? server.strict ?? usual.strict,
  }
}

function readLimits({ limits }: Pick<ModelEntry, 'limits'>): { limits?: RateLimits } {
  if (!limits) return {}
  if (limits === 'auto') return { limits: { learned: true } }
  const { requests_per_minute, tokens_per_minute, input_tokens_per_minute, output_tokens_per_minute } = limits
  const { concurrent } = limits
  return {
    limits: {
      ...(requests_per_minute !== undefined && { requestsPerMinute: requests_per_minute }),
      ...(tokens_per_minute !== undefined && { tokensPerMinute: tokens_per_minute }),
      ...(input_tokens_per_minute !== undefined && { inputTokensPerMinute: input_tokens_per_minute }),
      ...(output_tokens_per_minute !== undefined && { outputTokensPerMinute: output_tokens_per_minute }),
      ...(concurrent !== undefined && { concurrent }),
    },
  }
}

function refuseSharedNames(models: readonly Model[]): void {
  const usedNames = new Map<string, string>()
  for (const { id, name, alias } of models) {
    for (const spelling of new Set([id, name, alias].map((each) => each.toLowerCase()))) {
      const other = usedNames.get(spelling)
      if (other) throw new Error(`${name} and ${other} share the name ${spelling}`)
      usedNames.set(spelling, name)
    }
  }
}

function readPrice({ price }: ModelEntry): ModelPrice | null {
  if (!price) return null
  const { input, cached_input, cache_write, output } = price
  return {
    input,
    output,
    ...(cached_input !== undefined && { cachedInput: cached_input }),
    ...(cache_write !== undefined && { cacheWrite: cache_write }),
  }
}
