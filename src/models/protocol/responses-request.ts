import type { ModelRequest } from '../model.ts'
import { dataUrl, rawBase64 } from './data-url.ts'
import { type Turn, toTurns } from './prompt-turns.ts'
import { rulesOf, toMembers } from './request-parameters.ts'
import { inDialect } from './schema-dialect.ts'

/**
 * The request as the Responses API has it. Nothing is kept by the server. Parameters that this API does not have (`seed`,
 * `stop`, the penalties) are sent under their own names, so that the server says what it does not know.
 */
export function toResponsesRequest({ model, messages, parameters, schema }: ModelRequest): object {
  const rules = rulesOf(model)
  const {
    reasoning_effort: effort,
    reasoning,
    text,
    ...members
  } = toMembers(model, parameters, {
    max_tokens: 'max_output_tokens',
  })
  const format = schema && formatOf(schema, model.output, rules)
  return {
    store: false,
    ...members,
    ...(effort || reasoning ? { reasoning: { ...asObject(reasoning), ...(effort ? { effort } : {}) } } : {}),
    ...(format || text ? { text: { ...asObject(text), ...(format ? { format } : {}) } } : {}),
    model: model.upstreamName,
    input: toTurns(messages, rules.systemTurn).map(toItem),
  }
}

function formatOf(
  schema: Readonly<Record<string, unknown>>,
  output: ModelRequest['model']['output'],
  rules: ReturnType<typeof rulesOf>,
): object | null {
  if (output === 'none') return null
  if (output === 'json_object') return { type: 'json_object' }
  const strict = rules.strict ? { strict: true } : {}
  return { type: 'json_schema', name: 'response', ...strict, schema: inDialect(schema, rules) }
}

function toItem({ role, text, images = [], files = [] }: Turn): object {
  if (role !== 'user' || images.length + files.length === 0) return { role, content: text }
  const parts = [
    ...images.map((image) => ({ type: 'input_image', detail: 'auto', image_url: dataUrl(image) })),
    ...files.map((file) =>
      file.kind === 'pdf'
        ? { type: 'input_file', filename: file.name, file_data: dataUrl(file) }
        : { type: 'input_audio', input_audio: { data: rawBase64(file), format: file.kind } },
    ),
  ]
  return { role, content: /\S/.test(text) ? [{ type: 'input_text', text }, ...parts] : parts }
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})
