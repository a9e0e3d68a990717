import { readFileSync } from 'node:fs'
import { v5 } from 'uuid'
import { z } from 'zod'
import { givenId } from '../../platform/id-schema.ts'
import type { Model, ModelServer, OutputCapability } from '../model.ts'

/** Namespace of model ids. It never changes, so that a model's id is the same in every process and version. */
const NAMESPACE = '5f0c8d0e-7f64-4b0c-9f3e-3b1d6a1f6c55'

export interface ModelSettings {
  readonly modelsFile: string | null
  readonly openaiBaseUrl: string | null
  readonly openaiApiKey: string | null
  readonly modelNames: readonly string[]
  readonly modelOutput: OutputCapability
  /** Seconds. */
  readonly modelTimeout: number
}

/** True when no real model is configured: the simulated model is used then. */
export function needsSimulatedModel(settings: ModelSettings): boolean {
  return !settings.modelsFile && !settings.openaiBaseUrl && !settings.openaiApiKey
}

/**
 * The models of this installation: from the models file, else of the one server in the environment, else the simulated
 * ones at `simulatedUrl` (null in the API process, which never calls a model).
 * @throws {Error} with the file and the place in it, when it cannot be read
 */
export function loadModels(
  settings: ModelSettings,
  simulatedUrl: string | null,
  readSecret: (name: string) => string | undefined,
): Model[] {
  if (settings.modelsFile) return fromFile(settings.modelsFile, settings, readSecret)
  const timeoutMs = settings.modelTimeout * 1000
  if (needsSimulatedModel(settings)) {
    const baseUrl = simulatedUrl ?? 'http://127.0.0.1:9/v1'
    return simulatedModels({ name: 'simulated', baseUrl, apiKey: 'simulated', timeoutMs })
  }
  const baseUrl = settings.openaiBaseUrl ?? 'https://api.openai.com/v1'
  const host = new URL(baseUrl).hostname
  const provider = host === 'api.openai.com' ? 'openai' : host
  const server = { name: provider, baseUrl, apiKey: settings.openaiApiKey ?? '', timeoutMs }
  const names = settings.modelNames.length > 0 ? settings.modelNames : ['gpt-5-mini']
  return names.map((name) =>
    describe({ name, provider, server, output: settings.modelOutput, supportsVision: true }),
  )
}

type Known = Pick<Model, 'name' | 'provider' | 'server' | 'output' | 'supportsVision'> & Partial<Model>

function describe(known: Known): Model {
  return {
    id: v5(known.name, NAMESPACE),
    alias: known.name,
    upstreamName: known.name,
    description: '',
    supportsImageOutput: false,
    retired: false,
    price: null,
    ...known,
  }
}

function simulatedModels(server: ModelServer): Model[] {
  const kinds = [
    { name: 'simulated-large', output: 'json_schema', supportsVision: true },
    { name: 'simulated-small', output: 'json_object', supportsVision: true },
    { name: 'simulated-basic', output: 'none', supportsVision: false },
  ] as const
  const description =
    'Simulated: made-up answers of the right shape, for trying things out. No model is called.'
  return kinds.map((kind) => describe({ ...kind, provider: 'simulated', description, server }))
}

const price = z.strictObject({ input: z.number().min(0), output: z.number().min(0) })
const fileSchema = z.strictObject({
  servers: z.record(
    z.string().min(1),
    z.strictObject({
      base_url: z.url({ protocol: /^https?$/ }),
      api_key_env: z.string().min(1).optional(),
      provider: z.string().min(1).optional(),
      timeout_seconds: z.number().positive().max(3600).optional(),
    }),
  ),
  models: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        id: givenId.optional(),
        alias: z.string().min(1).optional(),
        upstream_name: z.string().min(1).optional(),
        server: z.string().min(1),
        description: z.string().optional(),
        output: z.enum(['json_schema', 'json_object', 'none']).default('json_schema'),
        supports_vision: z.boolean().default(false),
        supports_image_output: z.boolean().default(false),
        retired: z.boolean().default(false),
        price: price.optional(),
      }),
    )
    .min(1),
})

function fromFile(
  file: string,
  settings: ModelSettings,
  readSecret: (name: string) => string | undefined,
): Model[] {
  const refuse = (problem: string): never => {
    throw new Error(`models file ${file}: ${problem}`)
  }
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error))
  }
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) return refuse(z.prettifyError(parsed.error))

  const usedNames = new Map<string, string>()
  return parsed.data.models.map((entry) => {
    const from =
      parsed.data.servers[entry.server] ?? refuse(`${entry.name} names no known server: ${entry.server}`)
    const apiKey = from.api_key_env ? readSecret(from.api_key_env) : ''
    if (apiKey === undefined || (from.api_key_env && apiKey === ''))
      return refuse(`server ${entry.server} wants a key in ${from.api_key_env}, which is not set`)
    const model = describe({
      name: entry.name,
      ...(entry.id ? { id: entry.id } : {}),
      alias: entry.alias ?? entry.name,
      upstreamName: entry.upstream_name ?? entry.name,
      description: entry.description ?? '',
      provider: from.provider ?? entry.server,
      output: entry.output,
      supportsVision: entry.supports_vision,
      supportsImageOutput: entry.supports_image_output,
      retired: entry.retired,
      price: entry.price ?? null,
      server: {
        name: entry.server,
        baseUrl: from.base_url,
        apiKey,
        timeoutMs: (from.timeout_seconds ?? settings.modelTimeout) * 1000,
      },
    })
    for (const spelling of new Set([model.id, model.name, model.alias].map((each) => each.toLowerCase()))) {
      const other = usedNames.get(spelling)
      if (other) refuse(`${model.name} and ${other} share the name ${spelling}`)
      usedNames.set(spelling, model.name)
    }
    return model
  })
}
