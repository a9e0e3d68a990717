import type { Message } from '../model.ts'
import type { SystemTurn } from '../request-rules.ts'

/** A message as it is sent; `developer` is OpenAI's newer name for `system`. */
export interface Turn extends Omit<Message, 'role'> {
  readonly role: Message['role'] | 'developer'
}

/**
 * The turns of a conversation as a server takes them. Turns with nothing in them are left out, which several servers
 * refuse (Anthropic's, Google's, Mistral's). A system prompt becomes part of the first turn of the user where the template
 * has no turn for it, and is the user's turn where there is no other.
 */
export function toTurns(messages: readonly Message[], systemTurn: SystemTurn): readonly Turn[] {
  const said = messages.filter(
    ({ text, images, files }) => /\S/.test(text) || images?.length || files?.length,
  )
  const user = said.find(({ role }) => role === 'user')
  if (systemTurn !== 'user' && user) {
    return systemTurn === 'system' ? said : said.map((each) => renamed(each))
  }
  const system = said.filter(({ role }) => role === 'system').map(({ text }) => text)
  if (system.length === 0) return said
  const others = said.filter(({ role }) => role !== 'system')
  if (!user) return [{ role: 'user', text: system.join('\n\n') }, ...others]
  const text = [...system, user.text].filter((part) => /\S/.test(part)).join('\n\n')
  return others.map((each) => (each === user ? { ...user, text } : each))
}

const renamed = (message: Message): Turn =>
  message.role === 'system' ? { ...message, role: 'developer' } : message
