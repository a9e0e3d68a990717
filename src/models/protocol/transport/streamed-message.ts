import { textOfPart } from '../../answers/read-message.ts'
import { fieldOf, textOf } from '../json-field.ts'

/** Members of a delta whose texts are put together. */
const TEXTS = ['refusal', 'reasoning', 'reasoning_content', 'thinking'] as const
type TextName = (typeof TEXTS)[number]

interface ToolCall {
  id: string | null
  name: string
  arguments: string
}

/**
 * Puts the deltas of a streamed message together to the message that the server would have sent without a stream, so that
 * both are read by the same rules: what is no text of the answer is kept as it is.
 */
export class StreamedMessage {
  readonly #onText: (text: string) => void
  readonly #texts: Partial<Record<TextName, string>> = {}
  readonly #tools = new Map<unknown, ToolCall>()
  /** Parts of the content that are no text, and what came in its place. */
  readonly #parts: unknown[] = []
  #object: unknown = null
  #parsed: unknown = null
  #details = ''
  /** The last message that came whole. */
  #whole: object = {}
  #content: string | null = null
  /** Characters that are kept. */
  size = 0

  /** @param onText gets the text of the answer, in order */
  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  addText(text: string): void {
    this.#content = (this.#content ?? '') + text
    this.size += text.length
    this.#onText(text)
  }

  addDelta(delta: object): void {
    this.#addContent(fieldOf(delta, 'content'))
    this.#addTexts(delta)
    const calls = fieldOf(delta, 'tool_calls')
    for (const call of Array.isArray(calls) ? calls : []) this.#addCall(call)
    const called = fieldOf(delta, 'function_call')
    if (called) this.#addCall({ index: 'function_call', function: called })
    this.#parsed = fieldOf(delta, 'parsed') ?? this.#parsed
  }

  /** A whole message in place of a delta: what of its text is new; of all else the last one counts. */
  addWhole(message: unknown): void {
    if (typeof message !== 'object' || message === null) return
    const { content, ...others } = message as { content?: unknown }
    this.#whole = others
    const known = this.#content ?? ''
    if (typeof content === 'string') {
      if (content.startsWith(known)) this.addText(content.slice(known.length))
    } else if (content !== undefined && content !== null) this.#object = content
  }

  toMessage(): Record<string, unknown> {
    const calls = [...this.#tools.values()].map(({ id, ...called }) => ({
      id,
      type: 'function',
      function: called,
    }))
    const text = this.#content === null ? [] : [{ type: 'text', text: this.#content }]
    // An empty text often comes first, with the role.
    const content = this.#content || (this.#object ?? this.#content)
    return {
      ...this.#whole,
      role: 'assistant',
      content: this.#parts.length > 0 ? [...text, ...this.#parts] : content,
      ...this.#texts,
      ...(this.#details === '' ? {} : { reasoning_details: [{ text: this.#details }] }),
      ...(this.#parsed === null ? {} : { parsed: this.#parsed }),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    }
  }

  #addContent(content: unknown): void {
    if (typeof content === 'string') this.addText(content)
    else if (typeof content === 'number' || typeof content === 'boolean') this.addText(String(content))
    else if (typeof content === 'object' && content !== null) {
      const parts = Array.isArray(content) ? content : fieldOf(content, 'parts')
      if (Array.isArray(parts)) for (const part of parts) this.#addPart(part)
      else if (textOf(content, 'type') !== null) this.#addPart(content)
      else {
        this.#object = content
        this.size += JSON.stringify(content).length
      }
    }
  }

  #addPart(part: unknown): void {
    const inner = fieldOf(part, 'thinking')
    const text = textOfPart(part)
    if (inner !== undefined) for (const each of [inner].flat()) this.#addReasoning(each)
    else if (text !== '') this.addText(text)
    else if (textOf(part, 'text') !== '') {
      this.#parts.push(part)
      this.size += JSON.stringify(part).length
    }
  }

  #addReasoning(part: unknown): void {
    const text = typeof part === 'string' ? part : textOf(part, 'text')
    if (text) this.#addTexts({ reasoning_content: text })
  }

  #addTexts(delta: object): void {
    let reasons = false
    for (const name of TEXTS) {
      const text = textOf(delta, name)
      if (text === null) continue
      this.#texts[name] = (this.#texts[name] ?? '') + text
      this.size += text.length
      reasons ||= name !== 'refusal'
    }
    const details = reasons ? null : fieldOf(delta, 'reasoning_details')
    for (const each of Array.isArray(details) ? details : []) {
      const text = textOf(each, 'text') ?? ''
      this.#details += text
      this.size += text.length
    }
  }

  /** Calls are told apart by index; where a server sends none, by id. */
  #addCall(call: unknown): void {
    const id = textOf(call, 'id')
    const key = fieldOf(call, 'index') ?? id ?? 'only'
    // An index is whatever the server sends, and kept with the call.
    if (!this.#tools.has(key)) this.size += JSON.stringify([key, id]).length
    const known = this.#tools.get(key) ?? { id, name: '', arguments: '' }
    const called = fieldOf(call, 'function')
    const given = fieldOf(called, 'arguments') ?? ''
    const added = typeof given === 'string' ? given : JSON.stringify(given)
    this.size += 64 + added.length
    if (known.name === '') {
      known.name = textOf(called, 'name') ?? ''
      this.size += known.name.length
    }
    known.arguments += added
    this.#tools.set(key, known)
  }
}
