import { z } from 'zod'
import { ValidationError } from '../../../platform/errors.ts'
import { noProto } from '../../../platform/json/no-proto.ts'
import { unsupported } from '../openai-error.ts'
import { type Content, contentPart, nameStrays, noContent, readPart } from './read-content.ts'

const ROLES = ['user', 'system', 'developer', 'assistant', 'tool', 'function'] as const
const content = z.union([z.string(), z.array(contentPart).max(1000)])

/** A message of a chat. */
export const chatMessage = noProto(z.looseObject({ role: z.enum(ROLES), content: content.nullish() }))
/** An item of a response's input; whatever is no message belongs to a history. */
export const inputItem = noProto(
  z.looseObject({
    type: z.string().max(100).nullish(),
    role: z.enum(ROLES).nullish(),
    content: z.unknown().optional(),
  }),
)
const itemContent = content.nullish()

const HISTORY =
  'a run knows nothing of turns before it: send one message of the user, or what the task needs of the history as an input'
const OWN_PROMPTS = 'a task has prompts of its own: change them there, or make what varies a parameter'

type Message = z.output<typeof chatMessage>

/**
 * What the one message of the user says. Messages that say nothing are passed over.
 * @param name the member that holds them
 * @throws {ValidationError} for a history, a system prompt, or a part that no task takes
 */
export function readMessages(messages: readonly Message[], name: string): Content {
  const said = [...messages.entries()].filter(([, each]) => !isSilent(each))
  const foreign = said.filter(([, { role }]) => role !== 'user')
  const extra = said.filter(([, { role }]) => role === 'user').slice(0, -1)
  const issues = [...foreign, ...extra].map(([at, { role }]) =>
    unsupported([name, at], role === 'system' || role === 'developer' ? OWN_PROMPTS : HISTORY),
  )
  if (issues.length > 0) throw new ValidationError(issues)
  const into = noContent()
  for (const [at, message] of said) {
    const { content } = message
    nameStrays(message, ['type', 'role', 'content'], [name, at], into)
    if (typeof content === 'string') into.texts.push(content)
    else
      for (const [part, each] of (content ?? []).entries()) readPart(each, [name, at, 'content', part], into)
  }
  return into
}

/** The same of a response's `input`. */
export function readInput(input: string | readonly z.output<typeof inputItem>[] | null | undefined): Content {
  if (typeof input === 'string') return { ...noContent(), texts: input === '' ? [] : [input] }
  const messages = (input ?? []).map((item, at): Message => {
    const read = itemContent.safeParse(item.content)
    const isMessage = (item.type ?? 'message') === 'message' && item.role && read.success
    if (!isMessage || !item.role) throw new ValidationError([unsupported(['input', at], HISTORY)])
    return { ...item, role: item.role, content: read.data }
  })
  return readMessages(messages, 'input')
}

/** What a message says elsewhere than in its content; and what a tool says is a turn, however little it is. */
const SAID_ELSEWHERE = ['tool_calls', 'function_call', 'audio', 'refusal', 'tool_call_id']

const isSilent = (message: Message): boolean =>
  (message.content ?? '').length === 0 && !SAID_ELSEWHERE.some((name) => message[name])
