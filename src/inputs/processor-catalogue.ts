import { z } from 'zod'
import { BUILT_IN, type BuiltIn } from './processor.ts'

/** A processor of the administrator's: a URL that is asked. */
export interface HttpProcessor {
  readonly name: string
  readonly description: string
  readonly url: string
  /** Sent with every request; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** A JSON Schema, for those who write tasks. */
  readonly configSchema: Readonly<Record<string, unknown>> | null
}

/** The processors that this installation has. */
export interface ProcessorCatalogue {
  /** Whether runs of revisions that name it can be executed. */
  serves(name: string): boolean
  http(name: string): HttpProcessor | null
  list(): readonly ListedProcessor[]
}

export const processorResponse = z
  .object({
    name: z.string().meta({ description: 'What `input_processor` names.' }),
    description: z.string(),
    enabled: z.boolean().meta({ description: 'Runs of tasks that name one which is not are refused.' }),
    config_schema: z.looseObject({}).meta({ description: 'JSON Schema of its `config`.' }),
  })
  .meta({
    id: 'InputProcessor',
    description: 'What can change the inputs of runs before their model is asked.',
    examples: [
      {
        name: 'url_fetcher',
        description: 'Fetches a URL.',
        enabled: false,
        config_schema: { type: 'object' },
      },
    ],
  })
export type ListedProcessor = z.output<typeof processorResponse>

/** @param fetching whether `url_fetcher` may fetch */
export function createProcessorCatalogue(
  fetching: boolean,
  http: readonly HttpProcessor[] = [],
): ProcessorCatalogue {
  const byName = new Map(http.map((each) => [each.name, each]))
  const isOn = (name: string): boolean => name !== 'url_fetcher' || fetching
  return {
    serves: (name) => (Object.hasOwn(BUILT_IN, name) ? isOn(name) : byName.has(name)),
    http: (name) => byName.get(name) ?? null,
    list: () => [
      ...(Object.keys(BUILT_IN) as BuiltIn[]).map((name) => ({
        name,
        description: BUILT_IN[name].description,
        enabled: isOn(name),
        config_schema: z.toJSONSchema(BUILT_IN[name].config) as Record<string, unknown>,
      })),
      ...http.map(({ name, description, configSchema }) => ({
        ...{ name, description, enabled: true, config_schema: { ...(configSchema ?? { type: 'object' }) } },
      })),
    ],
  }
}
