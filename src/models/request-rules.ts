/** Whose turn the system prompt becomes: `user` puts it before the user's own text, for templates without such a turn. */
export type SystemTurn = 'system' | 'developer' | 'user'

/**
 * What a server takes of JSON Schema: `json_schema` what this service makes of an output_format; `openai` and `azure` the
 * same within limits of size; `gemini` the subset of OpenAPI that Gemini knows.
 */
export type SchemaDialect = 'json_schema' | 'openai' | 'azure' | 'gemini'

/** How requests to a model differ from the protocol. */
export interface RequestRules {
  /** Names on the wire of parameters of `llm_config`. */
  readonly renamed: Readonly<Record<string, string>>
  /** Members that the model refuses: they are not sent, whoever asks for them. */
  readonly dropped: readonly string[]
  /** Further members; what `llm_config` says of the same name goes before them. */
  readonly added: Readonly<Record<string, unknown>>
  readonly systemTurn: SystemTurn
  readonly dialect: SchemaDialect
  /** Whether `strict: true` goes with a schema. */
  readonly strict: boolean
}

/** Members of a request that this service writes itself: neither `extra` nor a models file may hold them. */
export const OWN_MEMBERS: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'input', 'instructions', 'prompt', 'stream', 'stream_options', 'response_format'],
  'modalities',
  // More than one answer, or one that comes later or goes on from another, is none that a run could have.
  ...['n', 'best_of', 'background', 'previous_response_id', 'conversation'],
])

const USUAL: RequestRules = {
  renamed: {},
  dropped: [],
  added: {},
  systemTurn: 'system',
  dialect: 'json_schema',
  strict: true,
}
/** Reasoning models there refuse `max_tokens`; most compatible servers know only that. */
const NEW_NAME = { max_tokens: 'max_completion_tokens' }
const BY_HOST: readonly (readonly [suffix: string, rules: Partial<RequestRules>])[] = [
  ['api.openai.com', { renamed: NEW_NAME, dialect: 'openai' }],
  ['openai.azure.com', { renamed: NEW_NAME, dialect: 'azure' }],
  ['services.ai.azure.com', { renamed: NEW_NAME, dialect: 'azure' }],
  ['cognitiveservices.azure.com', { renamed: NEW_NAME, dialect: 'azure' }],
  ['generativelanguage.googleapis.com', { dialect: 'gemini', strict: false }],
  ['aiplatform.googleapis.com', { dialect: 'gemini', strict: false }],
]
const usual = new Map<string, RequestRules>()

/** The rules of a server that the configuration says nothing about: what is known of its host and its subdomains. */
export function usualRules(baseUrl: string): RequestRules {
  const known = usual.get(baseUrl)
  if (known) return known
  const host = `.${new URL(baseUrl).hostname}`
  const rules = { ...USUAL, ...BY_HOST.find(([suffix]) => host.endsWith(`.${suffix}`))?.[1] }
  usual.set(baseUrl, rules)
  return rules
}
