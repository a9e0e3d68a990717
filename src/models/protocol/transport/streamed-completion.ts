import { readFinishReason } from '../../answers/read-ending.ts'
import { fieldOf, textOf } from '../json-field.ts'
import { DeltaTemplate } from './delta-template.ts'

/** Members of a chunk and of a choice of which the last that says something counts. */
const OF_CHUNK = [
  ...(['id', 'model', 'usage', 'usageMetadata', 'error', 'provider'] as const),
  ...(['promptFeedback', 'prompt_feedback'] as const),
]
const OF_CHOICE = [
  ...(['finish_reason', 'finishReason', 'native_finish_reason', 'stop_reason', 'finish_details'] as const),
  ...(['content_filter_results', 'error'] as const),
]
/** Members of a delta whose texts are put together. */
const TEXTS = ['refusal', 'reasoning', 'reasoning_content'] as const

interface ToolCall {
  id: string | null
  name: string
  arguments: string
}

/** Puts the chunks of a streamed chat completion together to what the server would have sent without a stream. */
export class StreamedCompletion {
  readonly #top: Record<string, unknown> = {}
  readonly #choice: Record<string, unknown> = {}
  readonly #texts: Partial<Record<(typeof TEXTS)[number], string>> = {}
  readonly #tools = new Map<unknown, ToolCall>()
  readonly #onText: ((delta: string) => void) | null
  readonly #template = new DeltaTemplate()
  #content: string | null = null
  /** The index of the choice that is followed: the first that comes. */
  #index: unknown = null
  #isFinished: boolean | null = false
  /** Characters that are kept. */
  size = 0
  isDone = false
  #untold = ''

  /** @param onText gets the text of the answer, in order, when `tellText` is called */
  constructor(onText: ((delta: string) => void) | null = null) {
    this.#onText = onText
  }

  /** True when nothing of the answer itself can be missing. */
  get isWhole(): boolean {
    return this.isDone || this.isFinished || fieldOf(this.#top, 'error') !== undefined
  }

  /** True when the server has said how the answer ended; its usage may come after that. */
  get isFinished(): boolean {
    this.#isFinished ??= readFinishReason(this.#choice) !== null
    return this.#isFinished
  }

  /**
   * Takes the next event.
   * @throws {SyntaxError} when it is no JSON
   */
  add(event: string | undefined, data: string): void {
    const text = data.trim()
    if (text === '' || this.isDone) return
    if (text === '[DONE]') {
      this.isDone = true
      return
    }
    if (event === 'error') {
      this.#addError(text)
      return
    }
    const known = this.#template.read(text)
    if (known !== null) {
      this.#addContent(known)
      return
    }
    const chunk = JSON.parse(text) as unknown
    this.#keep(this.#top, chunk, OF_CHUNK)
    this.#keep(this.#top, fieldOf(chunk, 'x_groq'), ['usage', 'error'])
    const choices = fieldOf(chunk, 'choices')
    for (const choice of Array.isArray(choices) ? choices : []) this.#addChoice(choice)
    const content = onlyContentOf(choices, this.#index)
    if (content === null) this.#template.forget()
    else this.#template.learn(text, content)
  }

  /**
   * Takes all events of a part of a stream at once, where they say nothing but more of the text, as those before did.
   * @returns false when they do not: nothing was taken
   */
  addAlike(text: string): boolean {
    const content = this.isDone ? null : this.#template.readEvents(text)
    if (content === null) return false
    this.#addContent(content)
    return true
  }

  /** Tells what text has come since the last time: once for all events that came together. */
  tellText(): void {
    const text = this.#untold
    this.#untold = ''
    if (text !== '') this.#onText?.(text)
  }

  /** The body of a chat completion. */
  toBody(): Record<string, unknown> {
    const calls = [...this.#tools.values()].map(({ id, ...called }) => ({
      id,
      type: 'function',
      function: called,
    }))
    const message = {
      role: 'assistant',
      content: this.#content,
      ...this.#texts,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    }
    const choices = this.#index === null ? [] : [{ index: 0, message, ...this.#choice }]
    return { object: 'chat.completion', ...this.#top, choices }
  }

  #addError(text: string): void {
    let error: unknown = { message: text }
    try {
      const parsed = JSON.parse(text) as unknown
      error = fieldOf(parsed, 'error') ?? parsed
    } catch {
      // Some servers say it in words.
    }
    this.#top['error'] = error
  }

  #addChoice(choice: unknown): void {
    const index = fieldOf(choice, 'index') ?? 0
    this.#index ??= index
    if (index !== this.#index) return
    this.#keep(this.#choice, choice, OF_CHOICE)
    const delta = fieldOf(choice, 'delta')
    if (typeof delta !== 'object' || delta === null) {
      this.#addMessage(fieldOf(choice, 'message'))
      return
    }
    this.#addContent(fieldOf(delta, 'content'))
    this.#addTexts(delta)
    const calls = fieldOf(delta, 'tool_calls')
    for (const call of Array.isArray(calls) ? calls : []) this.#addCall(call)
    const called = fieldOf(delta, 'function_call')
    if (called) this.#addCall({ index: 'function_call', function: called })
  }

  /** A whole message in place of a delta: what of it is new. */
  #addMessage(message: unknown): void {
    const whole = textOf(message, 'content')
    const known = this.#content ?? ''
    if (whole?.startsWith(known)) this.#addContent(whole.slice(known.length))
  }

  #addContent(content: unknown): void {
    if (Array.isArray(content)) {
      for (const part of content) {
        const inner = fieldOf(part, 'thinking')
        if (inner === undefined) this.#addContent(textOf(part, 'text'))
        else for (const each of Array.isArray(inner) ? inner : [inner]) this.#addReasoning(each)
      }
    } else if (typeof content === 'string') {
      this.#content = (this.#content ?? '') + content
      this.size += content.length
      this.#untold += content
    }
  }

  #addReasoning(part: unknown): void {
    const text = typeof part === 'string' ? part : textOf(part, 'text')
    if (text) this.#addTexts({ reasoning_content: text })
  }

  #addTexts(delta: object): void {
    for (const name of TEXTS) {
      const text = textOf(delta, name)
      if (text === null) continue
      this.#texts[name] = (this.#texts[name] ?? '') + text
      this.size += text.length
    }
  }

  /** Calls are told apart by index; where a server sends none, by id. */
  #addCall(call: unknown): void {
    const id = textOf(call, 'id')
    const key = fieldOf(call, 'index') ?? id ?? 'only'
    const known = this.#tools.get(key) ?? { id, name: '', arguments: '' }
    const called = fieldOf(call, 'function')
    const added = textOf(called, 'arguments') ?? ''
    this.size += 64 + added.length
    known.name ||= textOf(called, 'name') ?? ''
    known.arguments += added
    this.#tools.set(key, known)
  }

  #keep(into: Record<string, unknown>, from: unknown, names: readonly string[]): void {
    if (typeof from !== 'object' || from === null) return
    for (const name of names) {
      const value = fieldOf(from, name)
      if (value === undefined || value === null || value === '') continue
      into[name] = value
      // Looked for anew only where something has changed, since each event asks.
      if (into === this.#choice) this.#isFinished = null
    }
  }
}

/** The text of the one choice of a chunk, where its delta has nothing else that is added to what came before; else null. */
function onlyContentOf(choices: unknown, index: unknown): string | null {
  const [choice] = Array.isArray(choices) && choices.length === 1 ? choices : []
  if ((fieldOf(choice, 'index') ?? 0) !== index) return null
  const delta = fieldOf(choice, 'delta')
  if (typeof delta !== 'object' || delta === null) return null
  const isAlone = Object.entries(delta).every(
    ([name, value]) => name === 'content' || name === 'role' || value === null,
  )
  return isAlone ? textOf(delta, 'content') : null
}
