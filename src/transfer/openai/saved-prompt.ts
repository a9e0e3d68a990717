import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ValidationError } from '../../platform/errors.ts'
import { noProto } from '../../platform/json/no-proto.ts'
import { toldIssues } from '../../platform/told-issues.ts'

/** Texts of a prompt, and files for which it has a place. */
export interface SavedPrompt {
  /** `pmpt_...`; null where the file has none. */
  readonly id: string | null
  readonly version: string | null
  readonly name: string | null
  readonly description: string | null
  readonly model: string | null
  /** Messages in their order; system and developer are one role. */
  readonly messages: readonly {
    readonly role: 'system' | 'user'
    readonly text: string
    readonly place: Place
  }[]
  readonly takesImage: boolean
  /** Names of variables that the file lists. */
  readonly variables: readonly string[]
  readonly parameters: Readonly<Record<string, unknown>>
  /** JSON Schema of the answer; null for a text. */
  readonly schema: unknown
  /** Members that are not kept. */
  readonly leftOut: readonly string[]
  readonly place: Place
}

export type Place = readonly (string | number)[]

const text = z.string().min(1)
const part = noProto(z.looseObject({ type: z.string(), text: z.string().optional() }))
const content = z.union([z.string(), z.array(part)])
const message = noProto(z.looseObject({ role: z.string(), content }))
const schema = noProto(z.record(z.string(), z.unknown()))
const format = noProto(
  z.looseObject({
    type: z.enum(['text', 'json_object', 'json_schema']),
    schema: schema.optional(),
    json_schema: noProto(z.looseObject({ schema: schema.optional() })).optional(),
  }),
)

/** Every shape of a prompt that is read; members of several shapes may stand together. */
const saved = z.looseObject({
  id: text.nullish(),
  prompt_id: text.nullish(),
  version: z.union([z.string(), z.int()]).nullish(),
  name: text.nullish(),
  description: z.string().nullish(),
  model: text.nullish(),
  system: z.string().nullish(),
  instructions: z.string().nullish(),
  user: z.string().nullish(),
  prompt: z.string().nullish(),
  messages: z.array(message).nullish(),
  input: z.union([z.string(), z.array(message)]).nullish(),
  variables: z
    .union([z.array(z.union([z.string(), noProto(z.looseObject({ name: z.string() }))])), schema])
    .nullish(),
  schema: schema.nullish(),
  response_format: format.nullish(),
  text: noProto(z.looseObject({ format: format.nullish() })).nullish(),
  reasoning: noProto(z.looseObject({ effort: z.string().nullish() })).nullish(),
  tools: z.array(z.unknown()).nullish(),
})
const savedPrompt = noProto(saved)
type Saved = z.output<typeof saved>

/** Names of a parameter in the file, and in a task. */
const PARAMETERS: Readonly<Record<string, string>> = {
  ...{ temperature: 'temperature', top_p: 'top_p', seed: 'seed', stop: 'stop' },
  ...{ max_tokens: 'max_tokens', max_completion_tokens: 'max_tokens', max_output_tokens: 'max_tokens' },
  ...{ frequency_penalty: 'frequency_penalty', presence_penalty: 'presence_penalty' },
  reasoning_effort: 'reasoning_effort',
}
const READ = new Set([...Object.keys(saved.shape), ...Object.keys(PARAMETERS)])

/**
 * Reads the prompts of a file: one, a list of them, or an object whose `prompts` or `data` is such a list.
 * @throws {ValidationError} for a file of another shape, and for what a task has no place for
 */
export function readSavedPrompts(file: unknown): SavedPrompt[] {
  const lists = file as { prompts?: unknown; data?: unknown } | null
  const [list, place]: [unknown, Place] = Array.isArray(file)
    ? [file, []]
    : Array.isArray(lists?.prompts)
      ? [lists.prompts, ['prompts']]
      : Array.isArray(lists?.data)
        ? [lists.data, ['data']]
        : [null, []]
  if (!Array.isArray(list)) return [readSavedPrompt(file, [])]
  if (list.length === 0) throw ValidationError.at(place, 'there is no prompt in the file')
  return list.map((each, at) => readSavedPrompt(each, [...place, at]))
}

function readSavedPrompt(given: unknown, place: Place): SavedPrompt {
  const read = savedPrompt.safeParse(given)
  if (!read.success) {
    throw new ValidationError(
      toldIssues(read.error.issues).map(({ path, message: msg }) => ({
        loc: [...place, ...path.map(String)],
        msg,
        type: '',
      })),
    )
  }
  const prompt = read.data
  if (prompt.tools && prompt.tools.length > 0) {
    throw ValidationError.at(
      [...place, 'tools'],
      'a task calls no tools: take them out, and call them yourself',
    )
  }
  const { messages, takesImage, leftOut } = messagesOf(prompt, place)
  const id = prompt.id ?? prompt.prompt_id ?? null
  const others = [
    ...strays(prompt, READ, place),
    ...strays(prompt.reasoning, EFFORT, [...place, 'reasoning']),
    ...strays(prompt.text, FORMAT, [...place, 'text']),
    ...leftOut,
  ]
  return {
    ...{ id, messages, takesImage, place, name: prompt.name ?? null, model: prompt.model ?? null },
    version: prompt.version === null || prompt.version === undefined ? null : String(prompt.version),
    description: prompt.description ?? null,
    variables: variablesOf(prompt),
    parameters: parametersOf(prompt, place),
    schema: schemaOf(prompt, place),
    leftOut: others,
  }
}

const EFFORT = new Set(['effort'])
const FORMAT = new Set(['format'])
const MESSAGE = new Set(['role', 'content', 'type'])
const PART = new Set(['type', 'text'])

/** Places of an object's members that nobody reads. */
function strays(object: object | null | undefined, read: ReadonlySet<string>, place: Place): string[] {
  const said = Object.entries(object ?? {}).filter(([name, value]) => !read.has(name) && value !== null)
  return said.map(([name]) => [...place, name].join('.'))
}

function messagesOf(prompt: Saved, place: Place) {
  const { system, instructions, user, prompt: text, messages, input } = prompt
  const before = [
    ...lone('system', system, [...place, 'system']),
    ...lone('system', instructions, [...place, 'instructions']),
  ]
  const after = [...lone('user', user, [...place, 'user']), ...lone('user', text, [...place, 'prompt'])]
  const inputs = typeof input === 'string' ? lone('user', input, [...place, 'input']) : []
  let takesImage = false
  const leftOut: string[] = []
  const listed = [
    ...placed(messages, [...place, 'messages']),
    ...placed(Array.isArray(input) ? input : null, [...place, 'input']),
  ].map(({ message, place: own }) => {
    const { role, content } = message
    leftOut.push(...strays(message, MESSAGE, own))
    if (role !== 'system' && role !== 'developer' && role !== 'user') {
      const msg = `a task has no messages of the role ${role}: say in its text what such an example shows`
      throw ValidationError.at([...own, 'role'], msg)
    }
    const said = textOf(content, own)
    takesImage ||= said.takesImage
    leftOut.push(...said.leftOut)
    return { role: role === 'user' ? ('user' as const) : ('system' as const), text: said.text, place: own }
  })
  return {
    messages: [...before, ...listed, ...after, ...inputs].filter((each) => each.text !== ''),
    ...{ takesImage, leftOut },
  }
}

const lone = (role: 'system' | 'user', text: string | null | undefined, place: Place) =>
  text ? [{ role, text, place }] : []

const placed = (messages: Saved['messages'], place: Place) =>
  (messages ?? []).map((message, at) => ({ message, place: [...place, at] }))

/** The text of a message. An image in a template is a place for one: the task then requires it, and has none of its own. */
function textOf(said: z.output<typeof content>, place: Place) {
  if (typeof said === 'string') return { text: said, takesImage: false, leftOut: [] }
  let takesImage = false
  const leftOut = said.flatMap((each, at) => strays(each, PART, [...place, 'content', at]))
  const texts = said.flatMap((each, at) => {
    if (each.type === 'text' || each.type === 'input_text') return [each.text ?? '']
    if (each.type === 'input_image' || each.type === 'image_url') {
      takesImage = true
      return []
    }
    throw ValidationError.at([...place, 'content', at], `a task's prompt holds text, no ${each.type}`)
  })
  return { text: texts.join('\n'), takesImage, leftOut }
}

function variablesOf({ variables }: Saved): string[] {
  if (!variables) return []
  if (!Array.isArray(variables)) return Object.keys(variables)
  return variables.map((each) => (typeof each === 'string' ? each : each.name))
}

/** @throws {ValidationError} for a parameter that is there by two names, with two values */
function parametersOf(prompt: Saved, place: Place): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const effort = prompt.reasoning?.effort
  const given = Object.entries(PARAMETERS).map(([name, own]) => ({ name, own, value: prompt[name] }))
  for (const { name, own, value } of [
    ...given,
    { name: 'reasoning', own: 'reasoning_effort', value: effort },
  ]) {
    if (value === undefined || value === null) continue
    if (Object.hasOwn(found, own) && !isDeepStrictEqual(found[own], value)) {
      throw ValidationError.at([...place, name], 'contradicts the same parameter by another name')
    }
    found[own] = value
  }
  return found
}

function schemaOf({ schema: own, response_format: chat, text }: Saved, place: Place): unknown {
  const said = [text?.format, chat].map(
    (each) => each?.schema ?? each?.json_schema?.schema ?? (each?.type === 'text' ? 'text' : null),
  )
  const [first, ...more] = [own ?? null, ...said].filter((each) => each !== null)
  if (more.some((each) => !isDeepStrictEqual(each, first))) {
    throw ValidationError.at(place, 'says of two formats what its answer is to be')
  }
  const format = text?.format ?? chat
  const found = own ?? format?.schema ?? format?.json_schema?.schema ?? null
  if (found === null && format && format.type !== 'text') {
    const msg = 'the answer is JSON, and no schema says of which shape; add a `schema`'
    throw ValidationError.at([...place, text?.format ? 'text' : 'response_format'], msg)
  }
  return found
}
