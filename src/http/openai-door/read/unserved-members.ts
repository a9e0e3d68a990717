import { z } from 'zod'
import { ValidationError } from '../../../platform/errors.ts'
import { unsupported } from '../openai-error.ts'

/** They say how OpenAI stores, bills or caches, or ask for more beside the answer: the answer is the same without them. */
const WITHOUT_EFFECT = [
  ...['store', 'user', 'safety_identifier', 'service_tier', 'moderation', 'access_programs', 'include'],
  ...['prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options', 'truncation', 'verbosity'],
  ...['parallel_tool_calls', 'max_tool_calls', 'context_management'],
] as const

const NO_TOOLS = 'a task calls no tools'
const NO_HISTORY = 'a run knows nothing of runs before it'
const ONE_TEXT = 'a run has one answer, which is text'
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** What a task cannot do, each with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, readonly [why: string, harmless: (value: unknown) => boolean]>> = {
  tools: [NO_TOOLS, isEmpty],
  functions: [NO_TOOLS, isEmpty],
  tool_choice: [NO_TOOLS, (value) => value === 'none' || value === 'auto'],
  function_call: [NO_TOOLS, (value) => value === 'none' || value === 'auto'],
  web_search_options: [NO_TOOLS, () => false],
  previous_response_id: [NO_HISTORY, () => false],
  conversation: [NO_HISTORY, () => false],
  instructions: ['a task has prompts of its own', (value) => value === ''],
  n: [ONE_TEXT, (value) => value === 1],
  modalities: [ONE_TEXT, (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text'],
  audio: [ONE_TEXT, () => false],
  image: [ONE_TEXT, isEmpty],
  logprobs: ['a run has no probabilities of tokens', (value) => value === false],
  top_logprobs: ['a run has no probabilities of tokens', (value) => value === 0],
  logit_bias: ['it is not handed to models', isEmpty],
  prediction: ['it is not handed to models', () => false],
}

/** Members of one of the two APIs, and what does the same in the other: there they would be left out in silence. */
const ELSEWHERE = {
  responses: {
    ...{ messages: 'input', task_input: 'prompt.variables', response_format: 'text.format' },
    ...{ max_tokens: 'max_output_tokens', max_completion_tokens: 'max_output_tokens' },
    reasoning_effort: 'reasoning.effort',
  },
  chat: {
    ...{ prompt: 'model', input: 'messages', text: 'response_format', reasoning: 'reasoning_effort' },
    max_output_tokens: 'max_completion_tokens',
  },
} as const
type Api = keyof typeof ELSEWHERE
/** A task may have a parameter of such a name. */
const INPUTS: Readonly<Record<Api, string>> = { responses: 'prompt.variables', chat: 'task_input' }

const unserved = z.unknown().optional()

/** The members above, for the schemas of bodies: they are known, so none of them is taken for a slip of the pen. */
export const unservedMembers = (api: Api) => ({
  ...Object.fromEntries(
    WITHOUT_EFFECT.map((name) => [name, unserved.meta({ description: 'Not acted on.' })]),
  ),
  ...Object.fromEntries(
    Object.entries(REFUSED).map(([name, [why]]) => [
      name,
      unserved.meta({ description: `Refused: ${why}.` }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ELSEWHERE[api]).map(([name, own]) => [
      name,
      unserved.meta({ description: `Refused: it is \`${own}\` here.` }),
    ]),
  ),
})

/**
 * Refuses what a task cannot do.
 * @returns the members that are not acted on
 * @throws {ValidationError} naming all that is refused
 */
export function checkUnserved(api: Api, body: Readonly<Record<string, unknown>>): string[] {
  const isSaid = (name: string) => body[name] !== undefined && body[name] !== null
  const refused = Object.entries(REFUSED).filter(
    ([name, [, harmless]]) => isSaid(name) && !harmless(body[name]),
  )
  const misplaced = Object.entries(ELSEWHERE[api]).filter(([name]) => isSaid(name) && !isEmpty(body[name]))
  const issues = [
    ...refused.map(([name, [why]]) => unsupported([name], why)),
    ...misplaced.map(([name, own]) =>
      unsupported([name], `it is ${own} here, and inputs belong into ${INPUTS[api]}`),
    ),
  ]
  if (issues.length > 0) throw new ValidationError(issues)
  return WITHOUT_EFFECT.filter(isSaid)
}

/** The members of an object that have a value, as they are named. */
export const membersOf = (name: string, members: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(members)
    .filter((each) => members[each] !== undefined && members[each] !== null)
    .map((each) => `${name}.${each}`)
