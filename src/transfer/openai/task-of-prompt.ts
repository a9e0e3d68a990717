import { ValidationError } from '../../platform/errors.ts'
import { parametersOf } from '../../tasks/prompts/prompt.ts'
import { formatOfSchema } from './format-of-schema.ts'
import type { Place, SavedPrompt } from './saved-prompt.ts'

/** A saved prompt as the fields of a task, and what of it was not kept. */
export interface PromptTask {
  readonly fields: Readonly<Record<string, unknown>>
  readonly alias: string | null
  readonly version: string | null
  readonly leftOut: readonly string[]
  /** What the task has and the file does not say. */
  readonly added: readonly string[]
  readonly place: Place
}

/** What a prompt without a text of the user is given, where calls bring that text as their `input`. */
const OF_THE_CALL = '{{input}}'
const OF_NOBODY = 'You are a helpful assistant.'

/**
 * Makes a task's fields of a saved prompt.
 * @param model asked instead of the one in the file; null: that one
 * @throws {ValidationError} for what a task cannot say
 */
export function taskOfPrompt(prompt: SavedPrompt, model: string | null): PromptTask {
  const { place, id, parameters } = prompt
  const added: string[] = []
  const textsOf = (role: 'system' | 'user') => prompt.messages.filter((each) => each.role === role)
  const [users, systems] = [textsOf('user'), textsOf('system')]
  if (users.length > 1) {
    throw ValidationError.at(users[1]?.place ?? place, 'a task has one text of the user: put them into one')
  }
  const joined = (all: typeof users) => all.map(({ text, place: own }) => ownBraces(text, own)).join('\n\n')
  const system_prompt = joined(systems) || OF_NOBODY
  const user_prompt = joined(users) || (prompt.takesImage ? 'Look at the image.' : OF_THE_CALL)
  if (systems.length === 0) added.push(`system_prompt: ${system_prompt}`)
  if (users.length === 0) added.push(`user_prompt: ${user_prompt}`)
  const own = model ?? prompt.model
  if (!own) throw ValidationError.at([...place, 'model'], 'no model is named; say which by --model')
  const read = prompt.schema === null ? null : formatOfSchema(prompt.schema, [...place, 'schema'])
  const used = new Set(parametersOf(system_prompt, user_prompt))
  const unused = prompt.variables.filter((name) => !used.has(name))
  return {
    fields: {
      name: nameOf(prompt),
      ...(prompt.description ? { description: prompt.description } : {}),
      enabled: true,
      ...{ system_prompt, user_prompt, llm_model_id: own, image_required: prompt.takesImage },
      ...(Object.keys(parameters).length > 0 ? { llm_config: parameters } : {}),
      ...(read ? { output_format: read.format } : { output_modality: 'text' }),
      ...(prompt.version === null ? {} : { annotation: `version ${prompt.version} at OpenAI` }),
    },
    alias: id?.startsWith('pmpt_') ? id : null,
    version: prompt.version,
    leftOut: [
      ...prompt.leftOut,
      ...unused.map((name) => [...place, 'variables', name].join('.')),
      ...(read?.leftOut ?? []),
    ],
    added,
    place,
  }
}

/** A task's name has fewer characters than a prompt's. */
function nameOf({ name, id }: SavedPrompt): string {
  const plain = (name ?? id ?? 'Imported prompt').replaceAll(/[^A-Za-z0-9 _-]+/g, '-').slice(0, 63)
  return plain.trim() || 'Imported prompt'
}

/**
 * A text in which `{{name}}` is a variable, as a prompt of a task, where `{name}` is one, too: that stays text by a backslash.
 * @throws {ValidationError} for a variable whose name is none here
 */
function ownBraces(text: string, place: Place): string {
  for (const [whole, before, name = ''] of text.matchAll(/(\\?)\{\{([^{}\n]{1,200})\}\}/g)) {
    const isName = /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*$/.test(name)
    if (before || (!isName && /^[ \t]*[\w.-]+[ \t]*$/.test(name))) {
      const msg = `${whole} is no parameter here: a name has letters, digits and _, and no backslash before it`
      throw ValidationError.at(place, msg)
    }
  }
  return text.replaceAll(/(?<!\{)\{[A-Za-z_][A-Za-z0-9_]*\}(?!\})/g, '\\$&')
}
