import { fieldOf, textOf } from '../protocol/json-field.ts'
import { withoutReasoning } from './without-reasoning.ts'

/** What a message says. */
export interface ReadMessage {
  readonly text: string
  /** Words of a refusal, else null. */
  readonly refusal: string | null
}

/**
 * Reads a message of a model; nothing about its shape is trusted, and half a character, as of an answer that was cut, is U+FFFD. Reasoning that has a place of its own is not part of the
 * text. Where JSON was asked for and the text is empty, JSON is taken from where some servers put it, since it is checked
 * anyway: content that is an object, or has one among its parts, `parsed`, the arguments of a tool or function call, or the
 * place of reasoning, where that holds JSON and nothing else.
 */
export function readMessage(message: unknown, wantsJson: boolean, keepsReasoning: boolean): ReadMessage {
  const content = fieldOf(message, 'content')
  const written = typeof content === 'string' ? content : textOfParts(content, wantsJson)
  const text = (keepsReasoning ? written : withoutReasoning(written)).toWellFormed()
  const refusal = refusalOf(message, content)
  if (!wantsJson || refusal !== null || !isBlank(text)) return { text, refusal }
  return { text: jsonElsewhere(message, content) ?? text, refusal }
}

const isBlank = (text: string): boolean => text === '' || text.trim() === ''

/** A list of parts, or one of them: what some servers send in the place of a text. */
function textOfParts(content: unknown, wantsJson: boolean): string {
  if (Array.isArray(content)) return content.map(textOfPart).join('')
  if (typeof content === 'number' || typeof content === 'boolean') return String(content)
  const inner = fieldOf(content, 'parts')
  if (Array.isArray(inner)) return inner.map(textOfPart).join('')
  // Without a type it is the answer itself, whatever its keys are.
  return wantsJson && typeof fieldOf(content, 'type') !== 'string' ? '' : textOfPart(content)
}

/** What a part of a content adds to its text: nothing where it is reasoning, or of another type. */
export function textOfPart(part: unknown): string {
  if (typeof part === 'string') return part
  const type = fieldOf(part, 'type')
  if (typeof type === 'string' && !/^(output_)?text$/.test(type)) return ''
  if (fieldOf(part, 'thought') === true) return ''
  const text = fieldOf(part, 'text')
  // Some put the text one level deeper.
  return typeof text === 'string' ? text : (textOf(text, 'value') ?? '')
}

function refusalOf(message: unknown, content: unknown): string | null {
  const refusal = textOf(message, 'refusal')
  if (refusal) return refusal
  const parts = Array.isArray(content) ? content : []
  const words = parts.map((part) => textOf(part, 'refusal')).filter((each) => each)
  return words.length > 0 ? words.join('\n') : null
}

function jsonElsewhere(message: unknown, content: unknown): string | null {
  const object = jsonOf(content) ?? jsonOf(fieldOf(message, 'parsed')) ?? jsonOfParts(content)
  if (object !== null) return object
  const calls = fieldOf(message, 'tool_calls')
  const called = [fieldOf(message, 'function_call'), ...(Array.isArray(calls) ? calls : [])]
  for (const call of called) {
    const given = fieldOf(call, 'arguments') ?? fieldOf(fieldOf(call, 'function'), 'arguments')
    const json = typeof given === 'string' ? given : jsonOf(given)
    if (json !== null && !isBlank(json)) return json
  }
  for (const reasoning of reasoningOf(message)) {
    const text = withoutReasoning(reasoning).trim()
    if (/^(\{|```)/.test(text) && /(\}|```)$/.test(text)) return text
  }
  return null
}

function reasoningOf(message: unknown): readonly string[] {
  const details = fieldOf(message, 'reasoning_details')
  const parts = Array.isArray(details) ? details.map((each) => textOf(each, 'text') ?? '') : []
  const texts = ['reasoning_content', 'reasoning', 'thinking'].map((name) => textOf(message, name) ?? '')
  return [...texts, parts.join('')]
}

/** The object in a part that has one in place of a text: `{"type": "json", "json": {...}}`, the input of a tool. */
function jsonOfParts(content: unknown): string | null {
  for (const part of Array.isArray(content) ? content : []) {
    if (/reason|think/.test(textOf(part, 'type') ?? '')) continue
    for (const name of ['json', 'output_json', 'input', 'arguments', 'text']) {
      const json = jsonOf(fieldOf(part, name))
      if (json !== null) return json
    }
  }
  return null
}

/** The JSON of an object that a server parsed itself. A list is one of parts, which are read already. */
function jsonOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : null
}
